package dev.faultline.model.mm;

import static dev.faultline.model.mm.PageEntry.ACCESSED;
import static dev.faultline.model.mm.PageEntry.DIRTY;
import static dev.faultline.model.mm.PageEntry.FILE;
import static dev.faultline.model.mm.PageEntry.SWAPPED;
import static dev.faultline.model.mm.PageEntry.TOUCHED;
import static dev.faultline.model.mm.PageEntry.is;

import java.util.concurrent.atomic.AtomicInteger;

/// The frames that one address space holds: its limit, and reclaim by second chance.
///
/// Reclaim takes the entry of its victim (and skips entries that somebody else has, so it never
/// waits for a page), lets all devices confirm, and only then hands the frame on. So the order is:
/// own entry, then victim's entry, then the device's own locks; a ring's lock is held alone.
final class ResidentPages implements FrameOwner {
  /// How often the hand may find nothing before reclaim gives up: other threads hold all frames of
  /// the limit while they fill them, and let go soon.
  private static final int ROUNDS = 4096;

  /// After so many times round, pages are taken that are in use.
  private static final int GENTLE_ROUNDS = 2;

  private final FrameMemory memory;
  private final FourLevelTable table;
  private final Invalidators invalidators;
  private final FaultTally tally;
  private final FrameRing ring;
  private final int limit;
  private final AtomicInteger resident = new AtomicInteger();
  private final AtomicInteger maxResident = new AtomicInteger();

  ResidentPages(
      FrameMemory memory,
      FourLevelTable table,
      Invalidators invalidators,
      FaultTally tally,
      int limit) {
    this.memory = memory;
    this.table = table;
    this.invalidators = invalidators;
    this.tally = tally;
    this.limit = limit;
    ring = new FrameRing(memory);
  }

  int count() {
    return resident.get();
  }

  int max() {
    return maxResident.get();
  }

  /// Gets a frame for the page at `address`, whose entry the caller has taken.
  ///
  /// @param mayEvict whether another page may be taken away for it
  /// @return the frame's number, or -1 if there is none
  int obtain(long address, boolean mayEvict) {
    int frame;
    if (!reserve()) {
      frame = mayEvict ? evictOwn() : -1;
    } else {
      frame = memory.allocate();
      if (frame < 0 && mayEvict) {
        frame = memory.reclaim();
      }
      if (frame < 0) {
        resident.getAndDecrement();
      }
    }
    if (frame >= 0) {
      memory.assign(frame, this, address);
      if (limit > 0) {
        ring.add(frame);
      }
    }
    return frame;
  }

  /// Gives a frame back that nobody can reach any more.
  void release(int frame) {
    if (limit > 0) {
      ring.remove(frame);
    }
    memory.free(frame);
    resident.getAndDecrement();
  }

  private boolean reserve() {
    while (true) {
      int now = resident.get();
      if (limit > 0 && now >= limit) {
        return false;
      }
      if (resident.compareAndSet(now, now + 1)) {
        if (now >= maxResident.get()) {
          maxResident.accumulateAndGet(now + 1, Math::max);
        }
        return true;
      }
    }
  }

  /// Takes a page of this address space away; its frame and its place under the limit go to the
  /// caller.
  private int evictOwn() {
    for (int round = 0; round < ROUNDS; round++) {
      int size = resident.get();
      for (int i = 0; i < size; i++) {
        int frame = ring.pass();
        if (frame < 0) {
          break;
        }
        if (evict(memory.address(frame), frame, round >= GENTLE_ROUNDS)) {
          return frame;
        }
      }
      if (round >= GENTLE_ROUNDS) {
        if (reserve()) {
          // Somebody has unmapped meanwhile.
          int frame = memory.allocate();
          if (frame < 0) {
            frame = memory.reclaim();
          }
          if (frame < 0) {
            resident.getAndDecrement();
          }
          return frame;
        }
        FourLevelTable.pause(round << 4);
      }
    }
    return -1;
  }

  @Override
  public boolean evict(long address, int frame, boolean force) {
    long[] leaf = table.leaf(address);
    if (leaf == null) {
      return false;
    }
    int i = FourLevelTable.index(address);
    long entry = FourLevelTable.get(leaf, i);
    if (!PageEntry.hasFrame(entry) || PageEntry.frame(entry) != frame) {
      return false;
    }
    if (is(entry, ACCESSED) && !force) {
      FourLevelTable.change(leaf, i, entry, entry & ~ACCESSED);
      return false;
    }
    if (!FourLevelTable.tryLock(leaf, i, entry)) {
      return false;
    }
    long after = entry;
    try {
      invalidators.invalidate(address, Area.PAGE_BYTES);
      after = entryAfterEviction(entry);
    } finally {
      FourLevelTable.unlock(leaf, i, after);
    }
    if (limit > 0) {
      ring.remove(frame);
    }
    tally.evictions.increment();
    return true;
  }

  /// Returns where the content of an evicted page is: in its file, in swap, or nowhere since it was
  /// never written.
  private long entryAfterEviction(long entry) {
    boolean dirty = is(entry, DIRTY);
    if (dirty) {
      tally.writeBacks.increment();
    }
    boolean swapped = !is(entry, FILE) && (dirty || is(entry, SWAPPED));
    return entry & TOUCHED | (swapped ? SWAPPED : 0);
  }

  @Override
  public void frameLost() {
    resident.getAndDecrement();
  }
}
