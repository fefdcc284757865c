package dev.faultline.model.mm;

import dev.faultline.iopf.Access;

/// The format of a page table entry: one `long`. Rights have the bits of `Access`, so that a walk
/// needs no conversion.
///
/// ```
///  63      47                16 15 14 13   12   11   10   9    8    7    6    5    4    3  2 1 0
/// +----------+-----------------+-----+---+----+----+----+----+----+----+----+----+----+---+-----+
/// |    0     |  frame (31 bit) |  0  |ZAP|FILE|USER|TCHD|SWAP|ZERO|BUSY|COW |DRTY|ACCD|PRS| XWR |
/// +----------+-----------------+-----+---+----+----+----+----+----+----+----+----+----+---+-----+
/// ```
///
/// An entry with BUSY belongs to the thread that set it; it is not present and nobody else changes
/// it.
final class PageEntry {
  static final long RIGHTS = Access.READ | Access.WRITE | Access.EXECUTE;
  static final long WRITE = Access.WRITE;
  static final long PRESENT = 1 << 3;
  static final long ACCESSED = 1 << 4;
  static final long DIRTY = 1 << 5;

  /// A write must copy the page first; never together with the right to write.
  static final long COW = 1 << 6;

  static final long BUSY = 1 << 7;

  /// The page is the common page of zeros; it has no frame. A write must replace it.
  static final long ZERO = 1 << 8;

  /// Swap holds the content; if present too, only as long as the page is not dirty.
  static final long SWAPPED = 1 << 9;

  /// The page was asked for or accessed before; stays when the page goes.
  static final long TOUCHED = 1 << 10;

  static final long USER = 1 << 11;

  /// The frame holds a page of a file, not a private copy.
  static final long FILE = 1 << 12;

  /// Being unmapped: the thread that unmaps frees the frame when all devices have confirmed.
  static final long ZAP = 1 << 13;

  private static final int FRAME_SHIFT = 16;

  private PageEntry() {}

  static boolean is(long entry, long bit) {
    return (entry & bit) != 0;
  }

  static long withFrame(long bits, int frame) {
    return bits | (long) frame << FRAME_SHIFT;
  }

  static int frame(long entry) {
    return (int) (entry >>> FRAME_SHIFT);
  }

  static boolean hasFrame(long entry) {
    return (entry & (PRESENT | ZERO)) == PRESENT;
  }

  /// Returns whether the page is present and allows `need`, bits of `Access`. The privileged bit is
  /// never allowed: it is not among the rights.
  static boolean satisfies(long entry, int need) {
    return (entry & PRESENT) != 0 && (need & ~(entry & RIGHTS)) == 0;
  }
}
