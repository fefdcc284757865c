package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.META;
import static dev.faultline.iopf.PageRequestBuffer.RECEIVED;

import java.lang.invoke.VarHandle;

/// Takes the open groups of a scope away from everybody: remove, reset, flush with discard,
/// deadline.
///
/// Each group is won by the same compare-and-swap as by a worker or an answering handler, so it
/// gets exactly one answer: INVALID from here, or what the winner says (lessons L21, L64). A reset
/// sends nothing: the device has forgotten the group.
final class VoidOperation {
  private final FaultProducer producer;
  private final FaultQueue queue;
  private final int scope;
  private final FaultCounter reason;
  private final boolean answer;

  /// Groups whose last request was reported later are left alone.
  private final long acceptedUpToNs;

  VoidOperation(FaultProducer producer, int scope, FaultCounter reason) {
    this(producer, scope, reason, Long.MAX_VALUE);
  }

  VoidOperation(FaultProducer producer, int scope, FaultCounter reason, long acceptedUpToNs) {
    this.producer = producer;
    this.queue = producer.queue();
    this.scope = scope;
    this.reason = reason;
    this.acceptedUpToNs = acceptedUpToNs;
    answer = reason != FaultCounter.VOIDED_RESET;
  }

  /// Voids the queued groups that lie before `end`. A group that a worker is just copying out is
  /// waited for (no foreign code runs meanwhile); after that it is in a slot.
  void voidQueued(long end) {
    FaultLane lane = producer.lane();
    FaultGroup slot = queue.takeSlot();
    long position = lane.head();
    FaultLane.Segment segment = lane.segmentOf(position);
    while (position < end) {
      segment = FaultLane.forward(segment, position);
      int offset = segment.offset(position);
      long word = GroupState.get(segment.words, offset);
      if (!GroupState.hasStamp(word, position)) {
        position = lane.head();
        segment = lane.segmentOf(position);
        continue;
      }
      int state = GroupState.state(word);
      if (state == GroupState.TAKEN) {
        Thread.onSpinWait();
        continue;
      }
      if (state == GroupState.QUEUED && covers(segment, position, GroupState.length(word))) {
        if (!GroupState.move(segment.words, offset, word, GroupState.TAKEN)) {
          continue;
        }
        slot.load(segment, position, GroupState.length(word));
        GroupState.set(segment.words, offset, GroupState.with(word, GroupState.FREE));
        slot.producer = producer;
        slot.route = slot.routeOf(producer.device().routes());
        slot.takenNs = 0;
        end(slot);
        lane.complete(WorkerContext.SHARED);
      }
      position += GroupState.length(word);
    }
    lane.advanceHead();
    queue.giveSlot(slot);
  }

  /// Voids the groups that run or are delivered.
  void voidSlots() {
    for (FaultGroup slot : queue.slots()) {
      voidSlot(slot);
    }
  }

  private void voidSlot(FaultGroup slot) {
    while (true) {
      long word = slot.stateWord();
      int state = GroupState.state(word);
      if (state == GroupState.TAKEN) {
        // It is just being delivered: it will be DELIVERED in a moment.
        Thread.onSpinWait();
        continue;
      }
      if (state != GroupState.RUNNING && state != GroupState.DELIVERED) {
        return;
      }
      FaultGroup copy = slot.copy();
      if (copy.producer != producer || !covers(copy)) {
        VarHandle.loadLoadFence();
        if (slot.stateWord() == word) {
          return;
        }
        continue;
      }
      if (slot.move(word, GroupState.VOIDED)) {
        end(copy);
        if (state == GroupState.DELIVERED) {
          slot.release();
        }
        return;
      }
    }
  }

  private boolean covers(FaultLane.Segment segment, long position, int length) {
    int last = segment.offset(position + length - 1);
    return Pasid.covers(scope, PageRequestBuffer.pasidOf(segment.words[last + META]))
        && segment.words[last + RECEIVED] <= acceptedUpToNs;
  }

  private boolean covers(FaultGroup group) {
    return Pasid.covers(scope, group.pasid()) && group.acceptedNs() <= acceptedUpToNs;
  }

  private void end(FaultGroup group) {
    producer.countShared(reason, 1);
    if (!answer) {
      return;
    }
    int last = group.last();
    boolean timed = group.isTimed();
    long resolvedNs = timed ? queue.clock().nanoTime() : 0;
    boolean sent = producer.send(group.words, last, ResponseCode.INVALID);
    if (timed) {
      long takenNs = group.takenNs == 0 ? resolvedNs : group.takenNs;
      producer.recordTimes(
          null,
          group,
          group.route,
          ResponseCode.INVALID,
          takenNs,
          resolvedNs,
          queue.clock().nanoTime());
    }
    producer.countAnswer(null, group.route, ResponseCode.INVALID);
    if (!sent) {
      queue.keepUnsent(producer, group.words, last, ResponseCode.INVALID);
    }
  }
}
