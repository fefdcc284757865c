package dev.faultline.iopf;

import java.util.Arrays;

/// How often in a row a device was told to retry a page because there was no room; a small table in
/// which pages push each other out. Guarded by the producer's lock.
final class BusyRetries {
  private static final int SLOTS = 64;

  private final long[] pages = new long[SLOTS];
  private final int[] counts = new int[SLOTS];
  private int live;

  BusyRetries() {
    Arrays.fill(pages, -1);
  }

  /// Counts one more retry of a page.
  ///
  /// @return how many in a row, this one included
  int count(long page) {
    int at = slot(page);
    if (counts[at] == 0) {
      live++;
    }
    if (pages[at] != page) {
      pages[at] = page;
      counts[at] = 0;
    }
    return ++counts[at];
  }

  /// Ends the row of a page: it found room, or was given up.
  void forget(long page) {
    if (live > 0) {
      int at = slot(page);
      if (pages[at] == page && counts[at] > 0) {
        counts[at] = 0;
        live--;
      }
    }
  }

  private static int slot(long page) {
    return (int) (page * 0x9E37_79B9_7F4A_7C15L >>> 58);
  }
}
