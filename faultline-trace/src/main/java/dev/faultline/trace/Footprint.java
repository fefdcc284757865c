package dev.faultline.trace;

import org.jspecify.annotations.Nullable;

/// Where a process has been: what tells its address space from others.
///
/// Kept in blocks of two sizes. A coarse block (2 MB) or one of its neighbours within 64 MB says
/// "the same group of mappings": libraries, stacks and arenas of a process lie that close together,
/// while address space randomisation spreads processes over a terabyte. A fine block (64 KB, what
/// Linux maps around a faulting file page) says "the same code".
///
/// Addresses below 4 GB are the place of programs linked to a fixed address, the same for every
/// such program, so there neighbours do not count.
final class Footprint {
  static final int COARSE_SHIFT = 21;
  private static final int FINE_SHIFT = 16;
  private static final int PAGE_SHIFT = 12;
  static final int NEIGHBOURS = 32;
  private static final int MAX_ANCESTORS = 16;
  private static final int PRESENT = 1;

  private final @Nullable Footprint parent;
  private final PageTable coarse = new PageTable();
  private final PageTable fine = new PageTable();
  private final PageTable pages = new PageTable();

  /// Makes an empty footprint; that of a forked child also has its parent's.
  Footprint(@Nullable Footprint parent) {
    this.parent = parent;
  }

  /// Adds an access, and the place of the instruction unless 0.
  void add(long address, long ip, int kinds) {
    coarse.add(address >>> COARSE_SHIFT, PRESENT);
    fine.add(address >>> FINE_SHIFT, kinds);
    pages.add(address >>> PAGE_SHIFT, kinds);
    if (ip != 0) {
      coarse.add(ip >>> COARSE_SHIFT, PRESENT);
      fine.add(ip >>> FINE_SHIFT, PRESENT);
    }
  }

  /// Whether the page was written.
  boolean hasWritten(long address) {
    return (pages.kinds(address >>> PAGE_SHIFT) & AccessBatch.WRITE) != 0;
  }

  /// Whether code close by was fetched, so that Linux mapped it all.
  boolean hasFetchedAround(long address) {
    return (fine.kinds(address >>> FINE_SHIFT) & AccessBatch.EXECUTE) != 0;
  }

  /// Whether exactly this code was run or touched, at an address that tells processes apart.
  boolean hasCode(long ip) {
    return isTelling(ip) && fine.contains(ip >>> FINE_SHIFT);
  }

  /// Whether an address lies in or near a group of mappings of this process or its ancestors.
  boolean isNear(long address) {
    Footprint footprint = this;
    for (int i = 0; footprint != null && i < MAX_ANCESTORS; i++) {
      if (footprint.isNearOwn(address)) {
        return true;
      }
      footprint = footprint.parent;
    }
    return false;
  }

  private boolean isNearOwn(long address) {
    long block = address >>> COARSE_SHIFT;
    int reach = isTelling(address) ? NEIGHBOURS : 0;
    for (long near = Math.max(block - reach, 0); near <= block + reach; near++) {
      if (coarse.contains(near)) {
        return true;
      }
    }
    return false;
  }

  /// Whether randomisation moves what is at this address.
  static boolean isTelling(long address) {
    return address >>> 32 != 0;
  }
}
