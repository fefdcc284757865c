package dev.faultline.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The limit for an engine with one worker: handing one 64-byte record to another thread through a
/// bare ring. One operation is one record.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HandOverBaseline {
  private static final int RECORDS = 1 << 18;
  private static final int CAPACITY = 1024;
  private static final int POLL = 16;
  private static final int SPINS = 2_000;

  /// Records that are shown to the consumer at once.
  @Param({"1", "16"})
  public int batch;

  private RecordRing ring;
  private Thread consumer;
  private volatile boolean ending;
  private volatile long checkSum;
  private long[] source;
  private long offered;

  @Setup(Level.Trial)
  public void start() {
    ring = new RecordRing(CAPACITY);
    source = new long[batch * RecordRing.WORDS];
    consumer = Thread.ofPlatform().name("consumer").daemon().start(this::consume);
  }

  @TearDown(Level.Trial)
  public void end() throws InterruptedException {
    ending = true;
    consumer.join();
    long expected = offered * (offered - 1) / 2;
    if (checkSum != expected) {
      throw new IllegalStateException("check sum " + checkSum + ", not " + expected);
    }
  }

  private void consume() {
    long[] target = new long[POLL * RecordRing.WORDS];
    long sum = 0;
    int idle = 0;
    while (true) {
      int taken = ring.poll(target, POLL);
      for (int i = 0; i < taken; i++) {
        sum += target[i * RecordRing.WORDS + 1];
      }
      if (taken == 0) {
        if (ending) {
          checkSum = sum;
          return;
        }
        pause(idle++);
      } else {
        idle = 0;
      }
    }
  }

  /// Waits a moment; after many moments lets another thread have the processor, so that a machine
  /// with other work to do does not measure its own time slices.
  private static void pause(int times) {
    if (times < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public void record() {
    long number = offered;
    long end = number + RECORDS;
    while (number < end) {
      for (int i = 0; i < batch; i++) {
        source[i * RecordRing.WORDS + 1] = number++;
      }
      for (int i = 0; !ring.offer(source, batch); i++) {
        pause(i);
      }
    }
    offered = number;
    for (int i = 0; ring.taken() < end; i++) {
      pause(i);
    }
  }
}
