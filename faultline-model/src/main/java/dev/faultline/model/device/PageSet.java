package dev.faultline.model.device;

/// A growing set of page numbers, open addressing in one array. One thread.
final class PageSet {
  private static final int FIRST_SLOTS = 1024;
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

  // Page + 1; 0 is a free slot.
  private long[] slots = new long[FIRST_SLOTS];
  private int size;

  /// @param page address divided by 4096, unsigned
  void add(long page) {
    int i = find(slots, page + 1);
    if (slots[i] == 0) {
      slots[i] = page + 1;
      if (++size > slots.length >>> 1) {
        grow();
      }
    }
  }

  boolean contains(long page) {
    return slots[find(slots, page + 1)] != 0;
  }

  private void grow() {
    long[] more = new long[slots.length << 1];
    for (long key : slots) {
      if (key != 0) {
        more[find(more, key)] = key;
      }
    }
    slots = more;
  }

  private static int find(long[] slots, long key) {
    int mask = slots.length - 1;
    int i = (int) (key * MULTIPLIER >>> 32) & mask;
    while (slots[i] != 0 && slots[i] != key) {
      i = i + 1 & mask;
    }
    return i;
  }
}
