package dev.faultline.benchmarks;

import dev.faultline.app.bench.EngineCase;
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

/// A fault's whole way through the engine: report, assemble, hand over, handler that does nothing,
/// answer. The same cases as the program's own `bench` command, under JMH.
///
/// One operation is one page request, so a group of 32 counts as 32. Each invocation waits until
/// all its groups are answered, and fails if one is not.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class EngineBenchmark {
  /// A multiple of every group size and batch, so that exactly this many are reported.
  private static final int FAULTS = 1 << 18;

  /// Requests in a group.
  @Param({"1", "4", "32"})
  public int groupSize;

  /// Requests reported in one call.
  @Param({"1", "16"})
  public int reportBatch;

  /// Worker threads; 0 = the reporter runs its groups itself.
  @Param({"0", "1"})
  public int workers;

  /// Number of devices, reported for in turn.
  @Param({"1", "64"})
  public int devices;

  /// Unrelated partials that are pending meanwhile.
  @Param({"0", "100000"})
  public int backlog;

  private EngineCase engine;

  @Setup(Level.Trial)
  public void open() {
    engine = new EngineCase(groupSize, reportBatch, workers, devices, backlog);
  }

  @TearDown(Level.Trial)
  public void close() {
    String imbalance = engine.statistics().imbalance();
    engine.close();
    if (!imbalance.isEmpty()) {
      throw new IllegalStateException(imbalance);
    }
  }

  @Benchmark
  @OperationsPerInvocation(FAULTS)
  public void fault() {
    long reported = engine.run(FAULTS);
    if (reported != FAULTS) {
      throw new IllegalStateException(reported + " faults reported, not " + FAULTS);
    }
  }
}
