package dev.faultline.iopf;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for a condition; the test fails if it does not come true.
final class Await {
  private static final long LIMIT_NS = 15_000_000_000L;
  private static final long NAP_NS = 100_000;

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT_NS) {
        throw new AssertionError("did not come true: " + what);
      }
      LockSupport.parkNanos(NAP_NS);
    }
  }
}
