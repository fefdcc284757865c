package dev.faultline.iopf;

import java.util.LinkedHashSet;

/// PASID stop markers that have arrived and nobody has waited for yet, and the threads that wait
/// (lesson L37). Bounded: a device that floods markers pushes out its own oldest ones. Its monitor
/// is never taken while the producer's lock is held.
final class StopMarkers {
  private static final int MAX = 1024;

  private final FaultClock clock;
  private final LinkedHashSet<Integer> arrived = new LinkedHashSet<>();

  StopMarkers(FaultClock clock) {
    this.clock = clock;
  }

  synchronized void arrive(int pasid) {
    if (arrived.size() == MAX) {
      arrived.removeFirst();
    }
    arrived.add(pasid);
    notifyAll();
  }

  synchronized void forget(int scope) {
    if (scope == Pasid.ALL) {
      arrived.clear();
    } else {
      arrived.remove(scope);
    }
  }

  /// Waits for the marker of a PASID and takes it. In a simulation callers pass 0 and ask again.
  synchronized boolean await(int pasid, long timeoutNs) throws InterruptedException {
    long deadlineNs = clock.nanoTime() + timeoutNs;
    while (!arrived.remove(pasid)) {
      long leftNs = deadlineNs - clock.nanoTime();
      if (timeoutNs == 0 || leftNs <= 0) {
        return false;
      }
      wait(leftNs / 1_000_000, (int) (leftNs % 1_000_000));
    }
    return true;
  }
}
