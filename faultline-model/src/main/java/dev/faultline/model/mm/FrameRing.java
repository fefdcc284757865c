package dev.faultline.model.mm;

/// The frames of one address space in a ring with a clock hand. Links are in the frame memory's
/// arrays, so nothing is allocated. Its lock is held for a few instructions only, and nothing else
/// is taken or called meanwhile.
final class FrameRing {
  private final FrameMemory memory;
  private int hand = -1;

  FrameRing(FrameMemory memory) {
    this.memory = memory;
  }

  /// Adds a frame where the hand comes last.
  synchronized void add(int frame) {
    if (hand < 0) {
      memory.setNext(frame, frame);
      memory.setPrevious(frame, frame);
      hand = frame;
      return;
    }
    int last = memory.previous(hand);
    memory.setNext(last, frame);
    memory.setPrevious(frame, last);
    memory.setNext(frame, hand);
    memory.setPrevious(hand, frame);
  }

  /// Takes a frame out, which must be in.
  synchronized void remove(int frame) {
    int next = memory.next(frame);
    if (next == frame) {
      hand = -1;
      return;
    }
    int previous = memory.previous(frame);
    memory.setNext(previous, next);
    memory.setPrevious(next, previous);
    if (hand == frame) {
      hand = next;
    }
  }

  /// Moves the hand on.
  ///
  /// @return the frame that it has passed, or -1 if the ring is empty
  synchronized int pass() {
    int frame = hand;
    if (frame >= 0) {
      hand = memory.next(frame);
    }
    return frame;
  }
}
