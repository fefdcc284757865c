package dev.faultline.model.mm;

import java.util.concurrent.locks.LockSupport;

/// How the costs of a [FaultCosts] are spent.
@FunctionalInterface
public interface Delay {
  /// Spends nothing.
  Delay NONE = ns -> {};

  /// Spends real time: spins below 50 microseconds, sleeps above.
  Delay REAL_TIME =
      ns -> {
        long start = System.nanoTime();
        long left = ns;
        while (left > 0) {
          if (left > 50_000) {
            LockSupport.parkNanos(left - 50_000);
          } else {
            Thread.onSpinWait();
          }
          left = ns - (System.nanoTime() - start);
        }
      };

  /// Spends the time on the calling thread.
  ///
  /// @param ns nanoseconds, above 0
  void pass(long ns);
}
