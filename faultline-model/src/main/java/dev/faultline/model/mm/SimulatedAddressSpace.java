package dev.faultline.model.mm;

import static dev.faultline.model.mm.PageEntry.BUSY;
import static dev.faultline.model.mm.PageEntry.DIRTY;
import static dev.faultline.model.mm.PageEntry.PRESENT;
import static dev.faultline.model.mm.PageEntry.TOUCHED;
import static dev.faultline.model.mm.PageEntry.ZAP;
import static dev.faultline.model.mm.PageEntry.is;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.PageResolver;
import dev.faultline.model.iommu.PageTable;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A modelled address space: areas, a page table that "CPU" and IOMMUs share, frames with
/// copy-on-write, reclaim and swap. It resolves page faults like Linux's mm does for a device
/// (rules A1 to A7).
///
/// Faults are resolved by any number of threads at a time, without a lock; changes of areas
/// ([#map], [#unmap], [#protect], [#exit]) exclude each other only.
///
/// Order of what is held: the lock of the changes, then one page table entry (a fault handler holds
/// the one that it resolves, and tries, but never waits for, another to take away), then a ring's
/// lock or the devices' own locks. Invalidators are called while entries are held, and by unmapping
/// also with the lock of the changes; a fault handler never needs that lock.
///
/// What is not modelled: a page cache (a file's page is read into the frame of the one page that
/// maps it), forks, huge pages, and giving back levels of the page table.
public final class SimulatedAddressSpace implements PageResolver, AutoCloseable {
  private final String name;
  private final AreaTable areas = new AreaTable();
  private final FourLevelTable table = new FourLevelTable();
  private final Invalidators invalidators = new Invalidators();
  private final FaultTally tally = new FaultTally();
  private final ResidentPages resident;
  private final PageFaults faults;
  private final Object changes = new Object();

  /// How an address space behaves.
  ///
  /// @param residentLimit most pages that it may hold in frames at a time, 0 for no limit
  /// @param costs what work costs
  /// @param delay how that time passes
  public record Settings(int residentLimit, FaultCosts costs, Delay delay) {
    /// No limit, and everything is free.
    public static final Settings DEFAULT = new Settings(0, FaultCosts.FREE, Delay.NONE);

    /// Checks the limit.
    public Settings {
      if (residentLimit < 0) {
        throw new IllegalArgumentException(
            "resident limit is " + residentLimit + "; expected 0 (no limit) or more pages");
      }
      Objects.requireNonNull(costs, "costs");
      Objects.requireNonNull(delay, "delay");
    }

    /// Returns these settings with another limit, 0 for none.
    public Settings withResidentLimit(int pages) {
      return new Settings(pages, costs, delay);
    }

    /// Returns these settings with other costs.
    public Settings withCosts(FaultCosts newCosts, Delay newDelay) {
      return new Settings(residentLimit, newCosts, newDelay);
    }
  }

  /// Makes an empty address space.
  ///
  /// @param name for messages and reports
  /// @param memory where its frames come from
  public SimulatedAddressSpace(String name, FrameMemory memory, Settings settings) {
    this.name = Objects.requireNonNull(name, "name");
    resident = new ResidentPages(memory, table, invalidators, tally, settings.residentLimit());
    faults =
        new PageFaults(
            areas, table, resident, invalidators, tally, settings.costs(), settings.delay());
  }

  /// Returns its name.
  public String name() {
    return name;
  }

  /// Returns the page table for IOMMUs to walk: the very table that faults are resolved in.
  public PageTable pageTable() {
    return table;
  }

  /// Adds a device to be told about every change that takes a translation away. Any thread; changes
  /// under way may not know it yet, so add it before the device translates.
  public void addInvalidator(TranslationInvalidator invalidator) {
    invalidators.add(invalidator);
  }

  /// Removes a device. Any thread; a call that is under way may still come.
  ///
  /// @return whether it was there
  public boolean removeInvalidator(TranslationInvalidator invalidator) {
    return invalidators.remove(invalidator);
  }

  /// Maps an area; if a neighbour is mapped alike, they become one. O(n) in the number of areas.
  ///
  /// @throws IllegalArgumentException if it overlaps another area
  /// @throws IllegalStateException if the address space has ended
  public void map(Area area) {
    mapAll(List.of(area));
  }

  /// Maps many areas in one change: all of them or none.
  ///
  /// @throws IllegalArgumentException if two areas overlap
  /// @throws IllegalStateException if the address space has ended
  public void mapAll(Collection<Area> added) {
    synchronized (changes) {
      areas.current = live().withAll(added);
    }
  }

  /// Takes away whatever is mapped in a range; areas are split at its ends. Returns when all
  /// devices have confirmed and the frames are free.
  ///
  /// @throws IllegalArgumentException if the range is not made of whole pages below 2^48
  /// @throws IllegalStateException if the address space has ended
  public void unmap(long start, long end) {
    requireRange(start, end);
    synchronized (changes) {
      areas.current = live().replace(start, end, part -> null);
      if (markForRemoval(start, end)) {
        invalidators.invalidate(start, end - start);
      }
      freeMarked(start, end);
    }
  }

  /// Changes the rights of a range; areas are split and joined as needed. Rights that are taken
  /// away are gone from all devices when it returns; rights that are given come with the next
  /// fault.
  ///
  /// @param rights bits of `Access`: what is allowed from now on
  /// @throws IllegalArgumentException if the range is not made of whole pages below 2^48 or has a
  ///   hole, or for bits that are no rights
  /// @throws IllegalStateException if the address space has ended
  public void protect(long start, long end, int rights) {
    requireRange(start, end);
    if ((rights & ~(int) PageEntry.RIGHTS) != 0) {
      throw new IllegalArgumentException(
          "rights 0x%x are not bits of read, write and execute".formatted(rights));
    }
    synchronized (changes) {
      AreaMap map = live();
      long hole = map.firstHole(start, end);
      if (hole >= 0) {
        throw new IllegalArgumentException(
            "cannot protect 0x%x-0x%x: nothing is mapped at 0x%x".formatted(start, end, hole));
      }
      areas.current = map.replace(start, end, part -> part.withRights(rights));
      if (takeRights(start, end, rights)) {
        invalidators.invalidate(start, end - start);
      }
    }
  }

  private AreaMap live() {
    AreaMap map = areas.current;
    if (map.isDead()) {
      throw new IllegalStateException("address space " + name + " has ended");
    }
    return map;
  }

  private static void requireRange(long start, long end) {
    if (start < 0
        || end <= start
        || end > Area.ADDRESS_END
        || ((start | end) & Area.PAGE_BYTES - 1) != 0) {
      throw new IllegalArgumentException(
          "range 0x%x-0x%x is empty, not made of whole pages, or not below 0x%x"
              .formatted(start, end, Area.ADDRESS_END));
    }
  }

  /// Makes all pages of a range not present. Those with a frame stay marked until [#freeMarked].
  ///
  /// @return whether a page was present
  private boolean markForRemoval(long start, long end) {
    boolean[] found = new boolean[1];
    table.visit(
        start,
        end,
        (leaf, from, to, address) -> {
          for (int i = from; i < to; i++) {
            long entry;
            long marked;
            do {
              entry = FourLevelTable.awaitFree(leaf, i);
              marked =
                  PageEntry.hasFrame(entry)
                      ? PageEntry.withFrame(ZAP | BUSY | entry & TOUCHED, PageEntry.frame(entry))
                      : entry & TOUCHED;
            } while (entry != marked && !FourLevelTable.change(leaf, i, entry, marked));
            found[0] |= is(entry, PRESENT);
          }
        });
    return found[0];
  }

  private void freeMarked(long start, long end) {
    table.visit(
        start,
        end,
        (leaf, from, to, address) -> {
          for (int i = from; i < to; i++) {
            long entry = FourLevelTable.get(leaf, i);
            if (is(entry, ZAP)) {
              resident.release(PageEntry.frame(entry));
              FourLevelTable.unlock(leaf, i, entry & TOUCHED);
            }
          }
        });
  }

  private boolean takeRights(long start, long end, int rights) {
    boolean[] found = new boolean[1];
    long lost = PageEntry.RIGHTS & ~rights;
    table.visit(
        start,
        end,
        (leaf, from, to, address) -> {
          for (int i = from; i < to; i++) {
            long entry;
            do {
              entry = FourLevelTable.awaitFree(leaf, i);
            } while ((entry & PRESENT) != 0
                && (entry & lost) != 0
                && !FourLevelTable.change(leaf, i, entry, entry & ~lost));
            found[0] |= is(entry, PRESENT) && is(entry, lost);
          }
        });
    return found[0];
  }

  /// Makes pages present as a fault by a device does. Any thread. Pages that are not there, not
  /// allowed, beyond the end of their file, or for which no frame can be had, are bad; after
  /// [#exit] all are (rule A3).
  @Override
  public int makePresent(long address, int pages, int access) {
    long page = address & -Area.PAGE_BYTES;
    for (int i = 0; i < pages; i++) {
      if (!faults.resolve(page, access)) {
        return i;
      }
      page += Area.PAGE_BYTES;
    }
    return pages;
  }

  /// Makes the neighbours of a page present: within its area, never at the cost of another page,
  /// and for a write only anonymous memory. Any thread.
  @Override
  public int populateAround(long address, int access, int windowPages) {
    return faults.around(address, access, windowPages);
  }

  /// Ends the address space: no fault is resolved from now on, no walk finds anything, and all
  /// devices have forgotten everything when it returns. Frames stay until [#close]. A second call
  /// does nothing.
  public void exit() {
    synchronized (changes) {
      if (areas.current.isDead()) {
        return;
      }
      areas.current = AreaMap.DEAD;
      table.kill();
      invalidators.invalidate(0, Area.ADDRESS_END);
    }
  }

  /// Returns whether [#exit] was called.
  public boolean hasEnded() {
    return areas.current.isDead();
  }

  /// Ends the address space if it has not ended, and frees its frames. A second call does nothing.
  @Override
  public void close() {
    synchronized (changes) {
      exit();
      markForRemoval(0, Area.ADDRESS_END);
      freeMarked(0, Area.ADDRESS_END);
    }
  }

  /// Returns the areas, by address. Any thread.
  public List<Area> areas() {
    return areas.current.asList();
  }

  /// Returns the area that holds `address`, or null. Any thread.
  public @Nullable Area findArea(long address) {
    return areas.current.find(address);
  }

  /// Returns how many pages hold a frame. Any thread.
  public int residentPages() {
    return resident.count();
  }

  /// Returns whether a page is present, the common page of zeros included; changes no bit. Any
  /// thread.
  public boolean isPresent(long address) {
    return is(entry(address), PRESENT);
  }

  /// Returns whether a page is present and was written to since it came. Any thread.
  public boolean isDirty(long address) {
    long entry = entry(address);
    return is(entry, PRESENT) && is(entry, DIRTY);
  }

  /// Returns what the page table allows at `address`, bits of `Access`; changes no bit.
  int rights(long address) {
    long entry = entry(address);
    return is(entry, PRESENT) ? (int) (entry & PageEntry.RIGHTS) : Access.NONE;
  }

  /// Returns the page table entry of an address, 0 if it has none.
  long entry(long address) {
    long[] leaf = address >>> 48 == 0 ? table.leaf(address) : null;
    return leaf == null ? 0 : FourLevelTable.get(leaf, FourLevelTable.index(address));
  }

  /// Calls `visitor` for all parts of the page table that exist.
  void visitTable(FourLevelTable.LeafVisitor visitor) {
    table.visit(0, Area.ADDRESS_END, visitor);
  }

  /// Returns what it has done so far; exact when nothing is under way. Any thread.
  public AddressSpaceStatistics statistics() {
    return tally.snapshot(resident, table.distinctPages());
  }

  @Override
  public String toString() {
    return "SimulatedAddressSpace["
        + name
        + ", "
        + areas().size()
        + " areas, "
        + residentPages()
        + " pages]";
  }
}
