package dev.faultline.iopf;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Holds a handler inside one fault until the test lets it go.
final class Gate {
  private static final int LIMIT_S = 20;

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  /// Called by the handler: tells the test, and waits.
  void pass() {
    entered.countDown();
    await(opened, "nobody opened the gate");
  }

  /// Waits until a handler stands at the gate.
  void awaitEntered() {
    await(entered, "nobody came to the gate");
  }

  boolean isEntered() {
    return entered.getCount() == 0;
  }

  void open() {
    opened.countDown();
  }

  private static void await(CountDownLatch latch, String what) {
    try {
      if (!latch.await(LIMIT_S, TimeUnit.SECONDS)) {
        throw new AssertionError(what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(what, e);
    }
  }
}
