package dev.faultline.trace;

import java.util.Arrays;

/// An exact set of page numbers with three kind bits for each, by open addressing in one array.
///
/// A page costs one `long`; the array is between a third and two thirds full, so 12 to 24 bytes a
/// page, and while it grows the old array and the new one, three times as much for a moment. A page
/// number may have up to 60 bits. Not safe for use by several threads.
final class PageTable {
  private static final int FIRST_SLOTS = 64;
  private static final int KIND_BITS = 3;
  private static final int KIND_MASK = (1 << KIND_BITS) - 1;

  /// The fractional part of the golden ratio, which spreads neighbouring page numbers well.
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

  /// A page number and its kinds (never 0) in one word; 0 for a free slot.
  private long[] slots = new long[FIRST_SLOTS];

  private int shift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_SLOTS);
  private int size;

  /// Adds kinds (1 to 7) to a page and returns those that it had before, 0 if it is new.
  int add(long page, int kinds) {
    int slot = slotOf(page);
    long word = slots[slot];
    if (word == 0) {
      slots[slot] = (page << KIND_BITS) | kinds;
      if (++size > slots.length / 3 * 2) {
        grow();
      }
      return 0;
    }
    slots[slot] = word | kinds;
    return (int) word & KIND_MASK;
  }

  /// The kinds of a page, 0 if it is not in the set.
  int kinds(long page) {
    return (int) slots[slotOf(page)] & KIND_MASK;
  }

  boolean contains(long page) {
    return slots[slotOf(page)] != 0;
  }

  /// The number of pages.
  int size() {
    return size;
  }

  /// The bytes that the set takes.
  long bytes() {
    return (long) slots.length * Long.BYTES;
  }

  /// The pages in ascending order, each as `page << 3 | kinds`.
  long[] sorted() {
    long[] pages = new long[size];
    int count = 0;
    for (long word : slots) {
      if (word != 0) {
        pages[count++] = word;
      }
    }
    Arrays.sort(pages);
    return pages;
  }

  /// The page number in a word of [#sorted()].
  static long pageOf(long word) {
    return word >>> KIND_BITS;
  }

  /// The kinds in a word of [#sorted()].
  static int kindsOf(long word) {
    return (int) word & KIND_MASK;
  }

  private int slotOf(long page) {
    long[] table = slots;
    int mask = table.length - 1;
    int slot = (int) ((page * SPREAD) >>> shift);
    while (table[slot] != 0 && table[slot] >>> KIND_BITS != page) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    shift--;
    for (long word : old) {
      if (word != 0) {
        slots[slotOf(word >>> KIND_BITS)] = word;
      }
    }
  }
}
