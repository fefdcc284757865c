package dev.faultline.model.mm;

import static dev.faultline.model.mm.PageEntry.ACCESSED;
import static dev.faultline.model.mm.PageEntry.BUSY;
import static dev.faultline.model.mm.PageEntry.COW;
import static dev.faultline.model.mm.PageEntry.DIRTY;
import static dev.faultline.model.mm.PageEntry.FILE;
import static dev.faultline.model.mm.PageEntry.PRESENT;
import static dev.faultline.model.mm.PageEntry.SWAPPED;
import static dev.faultline.model.mm.PageEntry.TOUCHED;
import static dev.faultline.model.mm.PageEntry.USER;
import static dev.faultline.model.mm.PageEntry.WRITE;
import static dev.faultline.model.mm.PageEntry.ZERO;
import static dev.faultline.model.mm.PageEntry.is;

import dev.faultline.iopf.Access;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Makes single pages present: the fault handler of an address space. Any number of threads.
///
/// It holds the page's entry while it works (see [FourLevelTable]) and looks at the areas again
/// after it has got it, so that a page never appears in an area that is gone.
final class PageFaults {
  /// No entry has this value; "no frame to be had".
  private static final long NONE = -1;

  private final AreaTable areas;
  private final FourLevelTable table;
  private final ResidentPages resident;
  private final Invalidators invalidators;
  private final FaultTally tally;
  private final FaultCosts costs;
  private final Delay delay;

  PageFaults(
      AreaTable areas,
      FourLevelTable table,
      ResidentPages resident,
      Invalidators invalidators,
      FaultTally tally,
      FaultCosts costs,
      Delay delay) {
    this.areas = areas;
    this.table = table;
    this.resident = resident;
    this.invalidators = invalidators;
    this.tally = tally;
    this.costs = costs;
    this.delay = delay;
  }

  /// Returns what an access needs: presence alone is asked for as a read (rule A2).
  private static int need(int access) {
    return access == Access.NONE ? Access.READ : access;
  }

  /// Makes the page of `address` present.
  ///
  /// @return whether it is present with at least `access`
  boolean resolve(long address, int access) {
    AreaMap map = areas.current;
    if (map.isDead()) {
      return false;
    }
    int need = need(access);
    long page = address & -Area.PAGE_BYTES;
    boolean mappable = address >>> 48 == 0;
    long[] leaf = mappable ? table.leaf(page) : null;
    int i = FourLevelTable.index(page);
    if (leaf != null && isPresent(leaf, i, need)) {
      return true;
    }
    Area area = mappable ? map.find(page) : null;
    if (!mayResolve(area, page, need)) {
      return false;
    }
    if (leaf == null) {
      leaf = table.leafOrNew(page);
    }
    return area != null && resolveEntry(leaf, i, page, need, map, area);
  }

  /// The way of a page that somebody else has made present: nothing is locked or counted.
  private boolean isPresent(long[] leaf, int i, int need) {
    while (true) {
      long entry = FourLevelTable.get(leaf, i);
      if (!PageEntry.satisfies(entry, need)) {
        return false;
      }
      if (is(entry, ACCESSED)
          || FourLevelTable.change(leaf, i, entry, entry | ACCESSED | TOUCHED)) {
        table.countTouched(entry);
        return true;
      }
    }
  }

  /// Checks an access against its area, and counts why not.
  private boolean mayResolve(@Nullable Area area, long page, int need) {
    if (area == null || !area.hasContent(page)) {
      tally.invalidAddress.increment();
      return false;
    }
    if (!area.allows(need)) {
      tally.invalidPermission.increment();
      return false;
    }
    return true;
  }

  private boolean resolveEntry(
      long[] leaf, int i, long page, int need, AreaMap mapBefore, Area areaBefore) {
    long before = FourLevelTable.lock(leaf, i);
    long after = before;
    try {
      AreaMap map = areas.current;
      Area area = areaBefore;
      if (map != mapBefore) {
        if (map.isDead()) {
          return false;
        }
        Area now = map.find(page);
        if (now == null || !mayResolve(now, page, need)) {
          return false;
        }
        area = now;
      }
      long entry = demand(area, page, before, need);
      if (entry == NONE) {
        tally.outOfFrames.increment();
        return false;
      }
      after = entry | ACCESSED | TOUCHED | ((need & Access.WRITE) != 0 ? DIRTY : 0);
      table.countTouched(before);
      return true;
    } finally {
      FourLevelTable.unlock(leaf, i, after);
    }
  }

  private long demand(Area area, long page, long before, int need) {
    if (PageEntry.satisfies(before, need)) {
      return before;
    }
    boolean write = (need & Access.WRITE) != 0;
    if (!is(before, PRESENT)) {
      return write && area.fileBacked() && !area.shared() && !is(before, SWAPPED)
          ? readAndCopy(area, page)
          : fill(area, page, before, write, true);
    }
    if (write && is(before, ZERO | COW)) {
      return copy(area, page, before);
    }
    // The area has got more rights since the page was made present.
    tally.minorFaults.increment();
    return before | rights(area, is(before, ZERO | COW));
  }

  private static long rights(Area area, boolean copyOnWrite) {
    return USER | area.rights() & (copyOnWrite ? ~WRITE : -1L);
  }

  /// Makes an entry for a page that is not present.
  ///
  /// @param demanded whether other pages may be taken away for it, and it counts as a fault
  private long fill(Area area, long page, long before, boolean write, boolean demanded) {
    boolean swapped = is(before, SWAPPED);
    if (!swapped && !area.fileBacked() && !write) {
      count(demanded, tally.minorFaults);
      return PRESENT | ZERO | rights(area, true);
    }
    int frame = resident.obtain(page, demanded);
    if (frame < 0) {
      return NONE;
    }
    if (swapped) {
      count(demanded, tally.swapIns);
      take(costs.swapInNs());
      return PageEntry.withFrame(PRESENT | SWAPPED | rights(area, false), frame);
    }
    if (area.fileBacked()) {
      count(demanded, tally.fileReads);
      take(costs.fileReadNs());
      long kind = area.shared() ? FILE : FILE | COW;
      return PageEntry.withFrame(PRESENT | kind | rights(area, !area.shared()), frame);
    }
    count(demanded, tally.minorFaults);
    fillWithZeros();
    return PageEntry.withFrame(PRESENT | rights(area, false), frame);
  }

  /// A write to a page of a private file area that is not there: the file's page is read and its
  /// copy mapped, in one fault.
  private long readAndCopy(Area area, long page) {
    int frame = resident.obtain(page, true);
    if (frame < 0) {
      return NONE;
    }
    tally.fileReads.increment();
    tally.copyOnWrites.increment();
    take(costs.fileReadNs());
    take(costs.copyNs());
    return PageEntry.withFrame(PRESENT | rights(area, false), frame);
  }

  /// Replaces the common zero page, or a file's page, by a private one (rule A5). Devices forget
  /// the old translation before the new one can be seen, so that none reads old content after a
  /// write.
  private long copy(Area area, long page, long before) {
    invalidators.invalidate(page, Area.PAGE_BYTES);
    if (is(before, ZERO)) {
      int frame = resident.obtain(page, true);
      if (frame < 0) {
        return NONE;
      }
      tally.minorFaults.increment();
      tally.copyOnWrites.increment();
      fillWithZeros();
      return PageEntry.withFrame(PRESENT | rights(area, false), frame);
    }
    tally.minorFaults.increment();
    tally.copyOnWrites.increment();
    take(costs.copyNs());
    int old = PageEntry.frame(before);
    int frame = resident.obtain(page, false);
    if (frame >= 0) {
      resident.release(old);
    } else {
      // No free frame: the file's page itself is the one to be taken away, and its frame is reused.
      frame = old;
    }
    return PageEntry.withFrame(PRESENT | rights(area, false), frame);
  }

  private void fillWithZeros() {
    tally.zeroFills.increment();
    take(costs.zeroFillNs());
  }

  private void count(boolean demanded, LongAdder fault) {
    (demanded ? fault : tally.aroundPages).increment();
  }

  private void take(long nanos) {
    if (nanos > 0) {
      delay.pass(nanos);
    }
  }

  /// Fault-around: maps what is missing in the window, as far as it costs nobody a page.
  ///
  /// @return how many pages became present
  int around(long address, int access, int windowPages) {
    AreaMap map = areas.current;
    Area area = address >>> 48 == 0 ? map.find(address) : null;
    int need = need(access);
    boolean write = (need & Access.WRITE) != 0;
    // A write would copy file pages before anybody writes to them.
    if (area == null || !area.allows(need) || write && area.fileBacked()) {
      return 0;
    }
    long window = (long) Integer.highestOneBit(Math.max(1, windowPages)) << Area.PAGE_SHIFT;
    long demanded = address & -Area.PAGE_BYTES;
    long from = Math.max(address & -window, area.start());
    long to = Math.min((address & -window) + window, area.end());
    int populated = 0;
    for (long page = from; page < to && area.hasContent(page); page += Area.PAGE_BYTES) {
      if (page == demanded) {
        continue;
      }
      int got = prefetch(map, area, page, write);
      if (got < 0) {
        break;
      }
      populated += got;
    }
    return populated;
  }

  /// Maps one page beside a demanded one, without the accessed bit: if nobody wants it, it is the
  /// first to go.
  ///
  /// @return 1 if it became present, 0 if not, -1 if the rest of the window is not worth trying
  private int prefetch(AreaMap map, Area area, long page, boolean write) {
    long[] leaf = table.leafOrNew(page);
    int i = FourLevelTable.index(page);
    long before = FourLevelTable.get(leaf, i);
    if (is(before, PRESENT | BUSY | SWAPPED)) {
      return 0;
    }
    if (!FourLevelTable.tryLock(leaf, i, before)) {
      return 0;
    }
    long after = before;
    try {
      if (areas.current != map) {
        return -1;
      }
      long entry = fill(area, page, before, write, false);
      if (entry == NONE) {
        return -1;
      }
      after = entry | before & TOUCHED;
      return 1;
    } finally {
      FourLevelTable.unlock(leaf, i, after);
    }
  }
}
