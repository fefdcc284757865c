package dev.faultline.iopf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The state of one page request group, as one `long`, and the only place that changes it (rule
/// Q50).
///
/// The same word is used wherever a group can be: in the header of its first record in a lane, and
/// in the slot of the thread that runs it or of the handler that keeps it.
///
/// ```
///  63                            24 23          8 7      0
/// +--------------------------------+-------------+--------+
/// |  stamp: position in the lane,  | length in   | state  |
/// |  or serial number of the slot  | requests    |        |
/// +--------------------------------+-------------+--------+
///
///   (assembling, in the partial table)
///        |
///        v
///     QUEUED --take--> TAKEN --copied--> [lane word: FREE]  [slot word: RUNNING]
///        |                                                       |         |
///        |                                               deliver |         | answer
///        |                                                       v         v
///        |                                                   DELIVERED -> ANSWERING -> ANSWERED
///        |                                                       |         (RUNNING too)
///        +--------- remove, reset, flush with discard -----------+-------> VOIDED
/// ```
///
/// A move is a compare-and-swap of the whole word. Because the stamp is part of it, whoever still
/// holds the word of an earlier group loses: a group, once recycled, cannot be mistaken for its
/// successor. Whoever wins the move out of QUEUED, RUNNING or DELIVERED owns the answer; everybody
/// else gets false and is a no-op.
///
/// A slot word is TAKEN, too, while the requests of a group that is being delivered move from the
/// reporter's buffer into the slot.
///
/// ANSWERING is the part of the specification's ANSWERED in which the responder has not taken the
/// response yet; flush waits for it to pass (rule Q53). Slot words go back to FREE when no thread
/// can touch the group any more.
final class GroupState {
  static final int FREE = 0;
  static final int QUEUED = 1;
  static final int TAKEN = 2;
  static final int RUNNING = 3;
  static final int DELIVERED = 4;
  static final int ANSWERING = 5;
  static final int ANSWERED = 6;
  static final int VOIDED = 7;

  static final int MAX_LENGTH = 0xffff;

  private static final int LENGTH_SHIFT = 8;
  private static final int STAMP_SHIFT = 24;
  private static final long STAMP_MASK = -1L >>> STAMP_SHIFT;
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private static final String[] NAMES = {
    "FREE", "QUEUED", "TAKEN", "RUNNING", "DELIVERED", "ANSWERING", "ANSWERED", "VOIDED"
  };

  private GroupState() {}

  static long word(long stamp, int length, int state) {
    return stamp << STAMP_SHIFT | (long) length << LENGTH_SHIFT | state;
  }

  static int state(long word) {
    return (int) word & 0xff;
  }

  static int length(long word) {
    return (int) (word >>> LENGTH_SHIFT) & MAX_LENGTH;
  }

  /// Returns whether `word` carries `stamp` (both cut to the 40 bits of a word).
  static boolean hasStamp(long word, long stamp) {
    return word >>> STAMP_SHIFT == (stamp & STAMP_MASK);
  }

  static boolean sameStamp(long word, long other) {
    return (word ^ other) >>> STAMP_SHIFT == 0;
  }

  static long with(long word, int state) {
    return (word & ~0xffL) | state;
  }

  static String name(long word) {
    return NAMES[state(word)];
  }

  /// Reads a word with acquire order: what was written before the word was set is visible.
  static long get(long[] words, int index) {
    return (long) WORD.getAcquire(words, index);
  }

  /// Writes a word with release order; for the owner of the word only.
  static void set(long[] words, int index, long word) {
    WORD.setRelease(words, index, word);
  }

  /// Writes a word that a later release publishes; for the owner of the word only.
  static void setOpaque(long[] words, int index, long word) {
    WORD.setOpaque(words, index, word);
  }

  /// Moves `expected` to `state`, keeping stamp and length.
  ///
  /// @return whether this caller won the move
  static boolean move(long[] words, int index, long expected, int state) {
    return WORD.compareAndSet(words, index, expected, with(expected, state));
  }

  /// The word of a slot, with a cache line to itself on either side: every worker has one, and
  /// writes it for every group.
  abstract static class Slot extends SlotPadding {
    private static final VarHandle SLOT;

    static {
      try {
        SLOT = MethodHandles.lookup().findVarHandle(SlotPadding.class, "word", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    @SuppressWarnings("unused") // room behind the word
    private long q0, q1, q2, q3, q4, q5, q6;

    final long stateWord() {
      return (long) SLOT.getAcquire(this);
    }

    final void setState(long to) {
      SLOT.setRelease(this, to);
    }

    final boolean move(long expected, int state) {
      return SLOT.compareAndSet(this, expected, GroupState.with(expected, state));
    }
  }

  /// Room before the word.
  abstract static class SlotPadding {
    @SuppressWarnings("unused")
    private long p0, p1, p2, p3, p4, p5, p6;

    @SuppressWarnings("unused") // through Slot.SLOT
    volatile long word;
  }
}
