package dev.faultline.app.bench;

import com.sun.management.ThreadMXBean;
import dev.faultline.iopf.FaultStatistics;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// Measures one case in this JVM: warm-up until two repetitions in a row agree, then repetitions.
final class EngineMeasurement {
  private static final double AGREEMENT = 0.1;
  private static final int MIN_WARM_UPS = 5;
  private static final int MAX_WARM_UPS = 16;
  private static final long MIN_REPETITION_NS = 60_000_000;
  private static final long FIRST_FAULTS = 100_000;

  private final EngineSetup setup;
  private final int repetitions;
  private long faults;

  /// @param faults page requests of one repetition; 0 = as many as take long enough to be timed
  EngineMeasurement(EngineSetup setup, int repetitions, long faults) {
    this.setup = setup;
    this.repetitions = repetitions;
    this.faults = faults;
  }

  EngineResult run() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (EngineCase engine = setup.open()) {
      int warmUps = warmUp(engine);
      double[] ns = new double[repetitions];
      long measured = 0;
      long allocatedBefore = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < repetitions; i++) {
        long startNs = System.nanoTime();
        long done = engine.run(faults);
        ns[i] = (double) (System.nanoTime() - startNs) / done;
        measured += done;
      }
      long allocated = threads.getTotalThreadAllocatedBytes() - allocatedBefore;
      FaultStatistics statistics = engine.statistics();
      String imbalance = statistics.imbalance();
      if (!imbalance.isEmpty()) {
        throw new IllegalStateException(imbalance);
      }
      return result(ns, (double) allocated / measured, warmUps, engine.groups(), statistics);
    }
  }

  private EngineResult result(
      double[] ns, double bytesPerFault, int warmUps, long groups, FaultStatistics statistics) {
    Arrays.sort(ns);
    double median = ns[ns.length / 2];
    return new EngineResult(
        setup.groupSize(),
        setup.reportBatch(),
        setup.workers(),
        setup.devices(),
        setup.backlog(),
        round(median),
        round(ns[0]),
        round(ns[ns.length - 1]),
        Math.round(1e9 / median),
        round(bytesPerFault),
        repetitions,
        faults,
        warmUps,
        groups,
        statistics.answered());
  }

  private int warmUp(EngineCase engine) {
    boolean calibrating = faults == 0;
    faults = calibrating ? FIRST_FAULTS : faults;
    double before = Double.MAX_VALUE;
    int runs = 0;
    while (runs < MAX_WARM_UPS) {
      long startNs = System.nanoTime();
      long done = engine.run(faults);
      long elapsedNs = Math.max(1, System.nanoTime() - startNs);
      runs++;
      double now = (double) elapsedNs / done;
      boolean agree = Math.abs(now - before) <= AGREEMENT * Math.min(now, before);
      before = now;
      if (calibrating && elapsedNs < MIN_REPETITION_NS) {
        faults = (long) Math.min(faults * 4.0, Math.ceil(MIN_REPETITION_NS * 1.3 / now));
      } else if (agree && runs >= MIN_WARM_UPS) {
        return runs;
      }
    }
    return runs;
  }

  private static double round(double value) {
    return Math.rint(value * 1_000) / 1_000;
  }
}
