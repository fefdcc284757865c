package dev.faultline.iopf;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The threads of a fault queue: the only place of the engine that starts any.
///
/// A worker without work spins, then yields, then parks. Before it parks it sets its bit among the
/// sleepers and looks once more at the lanes' bits; a reporter sets its lane's bit and then looks
/// at the sleepers; both are read-modify-writes, so one of them sees the other.
final class WorkerThreads {
  private static final int SPINS = 2_000;
  private static final int YIELDS = 100;
  private static final long NAP_NS = 50_000;
  private static final int MAX_LAST_TRIES = 10_000;

  private final FaultQueue queue;
  private final @Nullable Thread[] threads;
  private final AtomicLong sleepers = new AtomicLong();
  private @Nullable Thread timer;
  private volatile boolean ending;

  WorkerThreads(FaultQueue queue, int count) {
    this.queue = queue;
    threads = new @Nullable Thread[count];
  }

  void start() {
    for (int i = 0; i < threads.length; i++) {
      int worker = i;
      threads[i] =
          Thread.ofPlatform()
              .name("iopf/" + queue.name() + "/" + i)
              .daemon()
              .unstarted(() -> work(worker));
    }
    for (Thread thread : threads) {
      if (thread != null) {
        thread.start();
      }
    }
    FaultQueueConfig config = queue.config();
    if (config.partialTimeoutNs() > 0 || config.responseDeadlineNs() > 0) {
      timer =
          Thread.ofPlatform()
              .name("iopf/" + queue.name() + "/timer")
              .daemon()
              .start(this::keepTime);
    }
  }

  boolean hasSleepers() {
    return sleepers.get() != 0;
  }

  /// Wakes one sleeping worker, if there is one.
  void wakeOne() {
    long asleep = sleepers.get();
    while (asleep != 0) {
      long bit = Long.lowestOneBit(asleep);
      if (sleepers.compareAndSet(asleep, asleep & ~bit)) {
        LockSupport.unpark(threads[Long.numberOfTrailingZeros(bit)]);
        return;
      }
      asleep = sleepers.get();
    }
  }

  private void work(int worker) {
    WorkerContext context = queue.context(worker);
    int idle = 0;
    while (true) {
      try {
        int groups = queue.pass(context, Integer.MAX_VALUE);
        if (queue.hasUnsent()) {
          queue.retryUnsent();
        }
        if (groups > 0) {
          idle = 0;
          continue;
        }
      } catch (VirtualMachineError fatal) {
        // The group has its answer. The error goes where uncaught ones go; the worker lives on.
        Thread me = Thread.currentThread();
        me.getUncaughtExceptionHandler().uncaughtException(me, fatal);
      }
      if (ending) {
        return;
      }
      idle++;
      if (idle < SPINS) {
        Thread.onSpinWait();
      } else if (idle < SPINS + YIELDS) {
        Thread.yield();
      } else {
        sleep(worker);
      }
    }
  }

  private void sleep(int worker) {
    long bit = 1L << worker;
    sleepers.getAndUpdate(bits -> bits | bit);
    if (!queue.hasActiveLanes() && !ending) {
      if (queue.hasUnsent()) {
        LockSupport.parkNanos(this, NAP_NS);
      } else {
        LockSupport.park(this);
      }
    }
    sleepers.getAndUpdate(bits -> bits & ~bit);
  }

  private void keepTime() {
    FaultQueueConfig config = queue.config();
    long periodNs = Long.MAX_VALUE;
    if (config.partialTimeoutNs() > 0) {
      periodNs = config.partialTimeoutNs() / 4;
    }
    if (config.responseDeadlineNs() > 0) {
      periodNs = Math.min(periodNs, config.responseDeadlineNs() / 4);
    }
    periodNs = Math.clamp(periodNs, 1_000_000L, 1_000_000_000L);
    while (!ending) {
      LockSupport.parkNanos(this, periodNs);
      queue.tick();
    }
  }

  /// Refuses a call that would wait for the calling thread itself.
  void refuseFromHandler() {
    long me = Thread.currentThread().threadId();
    for (FaultGroup slot : queue.slots()) {
      if (GroupState.state(slot.stateWord()) != GroupState.FREE
          && slot.ownerThread == me
          && !slot.kept) {
        throw new IllegalStateException(
            "queue " + queue.name() + " cannot be closed from inside one of its handlers");
      }
    }
  }

  /// Ends the threads and waits for running handlers.
  ///
  /// @return whether all have ended in time
  boolean end(long timeoutNs) {
    long startNs = queue.clock().nanoTime();
    ending = true;
    Thread keeper = timer;
    if (keeper != null) {
      LockSupport.unpark(keeper);
    }
    boolean ended = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread != null && thread.isAlive()) {
        LockSupport.unpark(thread);
        long leftNs = timeoutNs - (queue.clock().nanoTime() - startNs);
        if (leftNs <= 0) {
          ended = false;
          break;
        }
        try {
          thread.join(
              java.time.Duration.ofNanos(Math.min(leftNs, TimeUnit.MILLISECONDS.toNanos(20))));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    ended &= awaitHandlers(timeoutNs, startNs);
    sendRest(timeoutNs, startNs);
    ended &= !queue.hasUnsent();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  /// Waits for handlers that other threads run: inline reporters and flushers.
  private boolean awaitHandlers(long timeoutNs, long startNs) {
    for (FaultGroup slot : queue.slots()) {
      while (isInHandler(slot)) {
        if (queue.isStepped() || queue.clock().nanoTime() - startNs >= timeoutNs) {
          return false;
        }
        LockSupport.parkNanos(NAP_NS);
      }
    }
    return true;
  }

  /// Tries to send what responders have not taken; not for ever, since nobody may be there any
  /// more.
  private void sendRest(long timeoutNs, long startNs) {
    for (int tries = 0; tries < MAX_LAST_TRIES && queue.hasUnsent(); tries++) {
      queue.retryUnsent();
      if (queue.hasUnsent()) {
        if (queue.clock().nanoTime() - startNs >= timeoutNs) {
          return;
        }
        LockSupport.parkNanos(NAP_NS);
      }
    }
  }

  private static boolean isInHandler(FaultGroup slot) {
    int state = GroupState.state(slot.stateWord());
    return state != GroupState.FREE && !slot.kept;
  }
}
