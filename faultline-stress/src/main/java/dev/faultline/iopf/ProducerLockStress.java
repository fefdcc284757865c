package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The producer's lock: one owner at a time, and each sees what the one before has written.
public final class ProducerLockStress {
  private ProducerLockStress() {}

  /// Two threads count under the lock in plain fields.
  @JCStressTest
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "One after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both were inside, or one has missed the other's writes.")
  @State
  public static class LockVersusLock {
    private final ProducerLock lock = new ProducerLock();
    private int first;
    private int second;

    private void count() {
      lock.lock();
      try {
        first++;
        second++;
      } finally {
        lock.unlock();
      }
    }

    @Actor
    public void one() {
      count();
    }

    @Actor
    public void other() {
      count();
    }

    @Arbiter
    public void sum(II_Result r) {
      r.r1 = first;
      r.r2 = second;
    }
  }

  /// One locks, the other only tries, as a queue does that reclaims capacity.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The try found the lock taken.")
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both were inside, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Both were inside at a time.")
  @State
  public static class LockVersusTry {
    private final ProducerLock lock = new ProducerLock();
    private int count;

    @Actor
    public void locks() {
      lock.lock();
      count++;
      lock.unlock();
    }

    @Actor
    public void tries(II_Result r) {
      if (lock.tryLock()) {
        count++;
        r.r2 = 1;
        lock.unlock();
      }
    }

    @Arbiter
    public void sum(II_Result r) {
      r.r1 = count;
    }
  }
}
