package dev.faultline.iopf;

import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until a test moves it.
final class ManualClock implements FaultClock {
  private final AtomicLong now;

  ManualClock(long startNs) {
    now = new AtomicLong(startNs);
  }

  @Override
  public long nanoTime() {
    return now.get();
  }

  void advance(long ns) {
    now.addAndGet(ns);
  }
}
