package dev.faultline.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The least that hands 64-byte records from one thread to another: one producer, one consumer, two
/// cursors. What any queue between threads costs, before it does anything useful.
///
/// Cursors count records for ever and lie on cache lines of their own; each side keeps a copy of
/// the other's cursor and looks again only when it seems full or empty. A cursor is written with
/// release order after the records, and read with acquire order before them.
final class RecordRing {
  /// Words of one record: 64 bytes.
  static final int WORDS = 8;

  private static final int SHIFT = 3;
  private static final int TAIL = 16;
  private static final int HEAD_SEEN = 17;
  private static final int HEAD = 48;
  private static final int TAIL_SEEN = 49;
  private static final int CURSORS = 80;
  private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] records;
  private final long[] cursors = new long[CURSORS];
  private final int capacity;
  private final int mask;

  /// @param capacity number of records, a power of two
  RecordRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity " + capacity + " is not a power of two");
    }
    this.capacity = capacity;
    mask = capacity - 1;
    records = new long[capacity << SHIFT];
  }

  /// Copies `count` records in and shows them at once; the producer only.
  ///
  /// @return false if there is no room for all of them
  boolean offer(long[] source, int count) {
    long[] c = cursors;
    long tail = c[TAIL];
    if (tail + count - c[HEAD_SEEN] > capacity) {
      c[HEAD_SEEN] = (long) CURSOR.getAcquire(c, HEAD);
      if (tail + count - c[HEAD_SEEN] > capacity) {
        return false;
      }
    }
    for (int i = 0; i < count; i++) {
      copy(source, i << SHIFT, records, (int) (tail + i & mask) << SHIFT);
    }
    CURSOR.setRelease(c, TAIL, tail + count);
    return true;
  }

  /// Copies what is there out, at most `count` records; the consumer only.
  ///
  /// @return how many
  int poll(long[] target, int count) {
    long[] c = cursors;
    long head = c[HEAD];
    long available = c[TAIL_SEEN] - head;
    if (available == 0) {
      c[TAIL_SEEN] = (long) CURSOR.getAcquire(c, TAIL);
      available = c[TAIL_SEEN] - head;
      if (available == 0) {
        return 0;
      }
    }
    int taken = (int) Math.min(available, count);
    for (int i = 0; i < taken; i++) {
      copy(records, (int) (head + i & mask) << SHIFT, target, i << SHIFT);
    }
    CURSOR.setRelease(c, HEAD, head + taken);
    return taken;
  }

  /// Returns how many records the consumer has taken so far; any thread.
  long taken() {
    return (long) CURSOR.getAcquire(cursors, HEAD);
  }

  private static void copy(long[] from, int at, long[] to, int target) {
    for (int i = 0; i < WORDS; i++) {
      to[target + i] = from[at + i];
    }
  }
}
