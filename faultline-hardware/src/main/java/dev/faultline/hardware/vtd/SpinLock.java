package dev.faultline.hardware.vtd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A lock for critical sections of a few stores, such as a hardware queue's single write port. Not
/// re-entrant; nothing foreign runs under it.
///
/// A waiter spins a little and then yields, since on a small machine the holder may have lost its
/// processor.
final class SpinLock {
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int SPINS = 64;

  @SuppressWarnings("UnusedVariable") // through HELD
  private boolean held;

  /// Takes the lock; sees everything that earlier holders did.
  @SuppressWarnings("ThreadPriorityCheck") // yielding gives the processor to whoever is waited for
  void lock() {
    int spins = 0;
    while (!tryLock()) {
      if (spins < SPINS) {
        spins++;
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /// Takes the lock if it is free. A full fence when it succeeds.
  boolean tryLock() {
    return !(boolean) HELD.getVolatile(this) && HELD.compareAndSet(this, false, true);
  }

  /// Gives the lock back. A full fence: what follows sees what others did while it was held.
  void unlock() {
    HELD.setVolatile(this, false);
  }
}
