package dev.faultline.benchmarks;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.ReportStatus;
import dev.faultline.iopf.ResponseCode;
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

/// What the reporting driver pays for a fault: filling the record and `report`, nothing of what the
/// workers do. The workers are stepped, and run between the measured invocations.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ReportOnlyBenchmark {
  /// Many enough that the clock, read once for each invocation, does not count.
  private static final int FAULTS = 4096;

  private static final int PASID = 7;
  private static final long BASE = 0x7f00_0000_0000L;

  /// Requests in a group.
  @Param({"1", "4", "32"})
  public int groupSize;

  /// Requests reported in one call.
  @Param({"1", "16"})
  public int reportBatch;

  private FaultQueue queue;
  private FaultProducer producer;
  private PageRequestBuffer buffer;
  private long requests;

  @Setup(Level.Trial)
  public void open() {
    queue =
        FaultQueue.open(
            FaultQueueConfig.builder("report-only").workers(FaultWorkers.stepped(1)).build());
    FaultDevice device = new FaultDevice("device", response -> true, true);
    device.routes().set(PASID, group -> group.respond(ResponseCode.SUCCESS));
    producer = queue.addDevice(device);
    buffer = new PageRequestBuffer(reportBatch);
  }

  @TearDown(Level.Invocation)
  public void work() {
    if (queue.step(0, FAULTS) != FAULTS / groupSize) {
      throw new IllegalStateException("groups were lost: " + queue.statistics());
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    queue.close();
  }

  @Benchmark
  @OperationsPerInvocation(FAULTS)
  public void report() {
    long number = requests;
    long end = number + FAULTS;
    ReportStatus status = ReportStatus.QUEUED;
    while (number < end) {
      buffer.clear();
      for (int i = 0; i < reportBatch; i++) {
        add(number++);
      }
      producer.report(buffer);
      status = buffer.status(reportBatch - 1);
    }
    requests = number;
    if (status != ReportStatus.QUEUED) {
      throw new IllegalStateException("refused: " + status);
    }
  }

  private void add(long number) {
    int inGroup = (int) (number & (groupSize - 1));
    buffer.add(
        1,
        PASID,
        (int) (number / groupSize) & 511,
        BASE + ((number & 0xffff) << 12),
        Access.READ,
        inGroup == groupSize - 1,
        number,
        0,
        0);
  }
}
