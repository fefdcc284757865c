package dev.faultline.iopf;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Finding the handler of a PASID while 1, 1,000 or all but one of the 2^20 PASIDs have one. One
/// operation is one look-up of another PASID, in a scattered order: what is slower with more PASIDs
/// is the processor's cache, not the table.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-Xmx3g")
public class RouteLookupBenchmark {
  private static final int ORDER = 1 << 12;
  private static final int SCATTER = 7919;

  /// PASIDs that have a handler.
  @Param({"1", "1000", "1048575"})
  public int pasids;

  private final FaultRoutes routes = new FaultRoutes();
  private final int[] order = new int[ORDER];
  private int next;

  @Setup(Level.Trial)
  public void bind() {
    FaultHandler handler = group -> group.respond(ResponseCode.SUCCESS);
    for (int pasid = 0; pasid < pasids; pasid++) {
      routes.set(pasid, handler);
    }
    for (int i = 0; i < ORDER; i++) {
      order[i] = (int) ((long) i * SCATTER * SCATTER % pasids);
    }
  }

  @Benchmark
  public Object find() {
    Object route = routes.find(order[next++ & (ORDER - 1)]);
    if (route == null) {
      throw new IllegalStateException("a PASID lost its handler");
    }
    return route;
  }
}
