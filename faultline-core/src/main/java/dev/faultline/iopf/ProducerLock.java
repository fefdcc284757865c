package dev.faultline.iopf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/// The short critical section of one device: partial table, lane tail, attachment.
///
/// Lock order: this lock is a leaf. Nobody takes another lock, calls foreign code, waits, allocates
/// (but for the bounded growth of a table) or logs while holding it (lessons L51, L53, L55, L57).
/// Not reentrant. The word holds the owner's thread id, so that assertions can check the owner and
/// not merely that somebody holds it (lesson L59).
final class ProducerLock {
  private static final VarHandle OWNER;

  static {
    try {
      OWNER = MethodHandles.lookup().findVarHandle(ProducerLock.class, "owner", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int SPINS = 200;
  private static final int YIELDS = 50;
  private static final long NAP_NS = 50_000;

  @SuppressWarnings("unused") // room: the word changes twice for every report
  private long p0, p1, p2, p3, p4, p5, p6, p7;

  /// Thread id of the owner, 0 if free. Changed by compare-and-swap; freed with release order.
  @SuppressWarnings("unused") // through OWNER
  private volatile long owner;

  @SuppressWarnings("unused") // room
  private long q0, q1, q2, q3, q4, q5, q6, q7;

  void lock() {
    long me = Thread.currentThread().threadId();
    if (!OWNER.compareAndSet(this, 0L, me)) {
      lockContended(me);
    }
  }

  boolean tryLock() {
    return OWNER.compareAndSet(this, 0L, Thread.currentThread().threadId());
  }

  void unlock() {
    assert isHeldByCurrentThread();
    OWNER.setRelease(this, 0L);
  }

  boolean isHeldByCurrentThread() {
    return (long) OWNER.getOpaque(this) == Thread.currentThread().threadId();
  }

  private void lockContended(long me) {
    if ((long) OWNER.getOpaque(this) == me) {
      throw new IllegalMonitorStateException("the producer's lock is not reentrant");
    }
    int tries = 0;
    while (true) {
      if ((long) OWNER.getAcquire(this) == 0L && OWNER.compareAndSet(this, 0L, me)) {
        return;
      }
      if (tries < SPINS) {
        Thread.onSpinWait();
      } else if (tries < SPINS + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(NAP_NS);
      }
      tries++;
    }
  }
}
