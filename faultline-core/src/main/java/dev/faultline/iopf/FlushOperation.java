package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.META;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One flush of a scope of one device (specification, chapter "Flush").
///
/// It does not wait for the workers to come round to queued groups of the scope: it takes them by
/// the workers' own compare-and-swap and runs them on this thread, beside whatever the workers do.
/// So its time depends on the scope's own handlers only (rule Q61, lesson L31), it ends under
/// constant load since it looks no further than the tail it saw (L32), and from inside a handler it
/// needs no worker (Q63, L54). What already runs is waited for, slot by slot.
///
/// Circles: a thread that waits inside a handler writes the slot it waits for into its own slot.
/// Two handlers that wait for each other find the circle by following these, and at least one
/// throws.
final class FlushOperation {
  private static final int SPINS = 500;
  private static final int YIELDS = 100;
  private static final long NAP_NS = 50_000;

  private final FaultProducer producer;
  private final FaultQueue queue;
  private final int scope;
  private final boolean discard;
  private final long thread = Thread.currentThread().threadId();

  /// What was accepted before the flush: tail of the lane, and number of groups.
  private final long[] end = new long[2];

  private long deadlineNs;
  private boolean timed;

  FlushOperation(FaultProducer producer, int scope, boolean discard) {
    this.producer = producer;
    this.queue = producer.queue();
    this.scope = scope;
    this.discard = discard;
  }

  /// Runs the three stages.
  ///
  /// @param timeoutNs largest wait, or negative for no limit
  /// @return whether the scope is quiet
  boolean flush(long timeoutNs) {
    timed = timeoutNs >= 0;
    if (timed) {
      deadlineNs = queue.clock().nanoTime() + timeoutNs;
    }
    FaultGroup mine = runningHere();
    producer.flushLowLevel(scope);
    producer.dropPartials(scope, FaultCounter.DROPPED_FLUSH, end);
    if (discard) {
      VoidOperation operation = new VoidOperation(producer, scope, FaultCounter.VOIDED_DISCARD);
      operation.voidQueued(end[0]);
      operation.voidSlots();
    } else if (!runQueued(end[0], mine)) {
      return false;
    }
    return awaitSlots(mine) && awaitUnsent();
  }

  /// Returns a slot whose handler this thread is in, and refuses if one is in the scope.
  private @Nullable FaultGroup runningHere() {
    FaultGroup mine = null;
    for (FaultGroup slot : queue.slots()) {
      long word = slot.stateWord();
      if (GroupState.state(word) == GroupState.FREE || slot.ownerThread != thread || slot.kept) {
        continue;
      }
      if (slot.producer == producer
          && Pasid.covers(scope, slot.pasid())
          && slot.stateWord() == word) {
        throw new IllegalStateException(
            producer
                + ": flush of PASID "
                + Pasid.toText(scope)
                + " from inside the handler of a group of that scope would wait for itself");
      }
      mine = slot;
    }
    return mine;
  }

  private boolean runQueued(long tail, @Nullable FaultGroup mine) {
    WorkerContext context = queue.borrowContext();
    try {
      FaultLane lane = producer.lane();
      long position = lane.head();
      FaultLane.Segment segment = lane.segmentOf(position);
      int tries = 0;
      context.passCache.nextPass();
      while (position < tail) {
        segment = FaultLane.forward(segment, position);
        int offset = segment.offset(position);
        long word = GroupState.get(segment.words, offset);
        if (!GroupState.hasStamp(word, position)) {
          position = lane.head();
          segment = lane.segmentOf(position);
          continue;
        }
        int state = GroupState.state(word);
        int outcome = FaultQueue.RUN;
        if (state == GroupState.TAKEN) {
          // Somebody is copying it out; after that it is in a slot, where it is found below.
          outcome = FaultQueue.NOT_ITS_TURN;
        } else if (state == GroupState.QUEUED
            && Pasid.covers(scope, PageRequestBuffer.pasidOf(segment.words[offset + META]))) {
          outcome = queue.runOne(context, lane, segment, position, word);
        }
        if (outcome == FaultQueue.LOST) {
          continue;
        }
        if (outcome == FaultQueue.NOT_ITS_TURN) {
          if (mine != null && state == GroupState.QUEUED && tries > SPINS) {
            throw new IllegalStateException(
                producer
                    + ": flush of PASID "
                    + Pasid.toText(scope)
                    + " from inside a handler waits for a turn that another handler has");
          }
          if (!pause(tries++, false)) {
            return false;
          }
          continue;
        }
        position += GroupState.length(word);
      }
      lane.advanceHead();
      if (queue.isInline() && queue.isOrdered()) {
        // A reporter's group may have waited for the turn of one that was run here.
        queue.drain(context, lane, Integer.MAX_VALUE);
      }
      queue.throwFatal(context);
      return true;
    } finally {
      queue.returnContext(context);
    }
  }

  private boolean awaitSlots(@Nullable FaultGroup mine) {
    for (FaultGroup slot : queue.slots()) {
      long word = slot.stateWord();
      if (isTarget(slot, word) && !awaitSlot(slot, word, mine)) {
        return false;
      }
    }
    return true;
  }

  private boolean isTarget(FaultGroup slot, long word) {
    return GroupState.state(word) != GroupState.FREE
        && slot.producer == producer
        && slot.isBefore(end)
        && Pasid.covers(scope, slot.pasid())
        && GroupState.sameStamp(slot.stateWord(), word);
  }

  private boolean awaitSlot(FaultGroup slot, long word, @Nullable FaultGroup mine) {
    int tries = 0;
    if (mine != null) {
      mine.waitingFor = slot;
    }
    try {
      while (true) {
        long now = slot.stateWord();
        if (!GroupState.sameStamp(now, word) || GroupState.state(now) == GroupState.FREE) {
          return true;
        }
        if (mine != null && waitsForThisThread(slot)) {
          throw new IllegalStateException(
              producer
                  + ": flush of PASID "
                  + Pasid.toText(scope)
                  + " from inside a handler waits for a handler that waits for this one");
        }
        if (GroupState.state(now) == GroupState.ANSWERING) {
          queue.retryUnsent();
        }
        boolean nobodyRunsIt = GroupState.state(now) == GroupState.DELIVERED || slot.kept;
        if (!pause(tries++, nobodyRunsIt)) {
          return false;
        }
      }
    } finally {
      if (mine != null) {
        mine.waitingFor = null;
      }
    }
  }

  private boolean waitsForThisThread(FaultGroup slot) {
    FaultGroup at = slot;
    for (int steps = 0; steps < 64; steps++) {
      FaultGroup following = at.waitingFor;
      if (following == null) {
        return false;
      }
      if (following.ownerThread == thread) {
        return true;
      }
      at = following;
    }
    return false;
  }

  /// Waits until no response of the scope is left that the responder did not take (rule Q53).
  private boolean awaitUnsent() {
    int tries = 0;
    while (queue.hasUnsent(producer, scope)) {
      queue.retryUnsent();
      if (queue.hasUnsent(producer, scope) && !pause(tries++, true)) {
        return false;
      }
    }
    return true;
  }

  /// Lets time pass.
  ///
  /// @return false if there is none left, or if nobody else could change anything meanwhile
  private boolean pause(int tries, boolean nobodyRunsIt) {
    if (nobodyRunsIt && queue.isStepped() && tries > YIELDS) {
      return false;
    }
    if (timed && queue.clock().nanoTime() - deadlineNs >= 0) {
      return false;
    }
    if (tries < SPINS) {
      Thread.onSpinWait();
    } else if (tries < SPINS + YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(NAP_NS);
    }
    return true;
  }
}
