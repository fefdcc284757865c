package dev.faultline.trace;

import java.util.ArrayList;
import java.util.List;

/// Collects the pages that one process touches, and makes areas of them when there is no maps file.
///
/// Exact: every page is kept, at 12 to 24 bytes (three times that for a moment while the set
/// grows), so a process that touches 4 GB in pages of 4 KB costs up to 24 MB. Not safe for use by
/// several threads.
public final class AreaRecorder {
  /// Pages of 4 KB.
  public static final int DEFAULT_PAGE_SHIFT = 12;

  private final int pageShift;
  private final PageTable table = new PageTable();
  private long lastPage = -1;
  private int lastKinds;

  /// Makes an empty recorder for pages of 4 KB.
  public AreaRecorder() {
    this(DEFAULT_PAGE_SHIFT);
  }

  /// Makes an empty recorder for pages of `1 << pageShift` bytes.
  ///
  /// @throws IllegalArgumentException for a shift outside 4 to 40
  public AreaRecorder(int pageShift) {
    if (pageShift < 4 || pageShift > 40) {
      throw new IllegalArgumentException("page shift is " + pageShift + "; 4 to 40 are possible");
    }
    this.pageShift = pageShift;
  }

  /// Adds one access of a batch, to every page that it touches.
  ///
  /// @return the number of pages that were not known before
  public int record(AccessBatch batch, int index) {
    return record(batch.address(index), batch.size(index), batch.kinds(index));
  }

  /// Adds an access of `size` bytes (at least 1), to every page that it touches.
  ///
  /// @param kinds bits of [AccessBatch#READ], [AccessBatch#WRITE] and [AccessBatch#EXECUTE], at
  ///   least one
  /// @return the number of pages that were not known before
  public int record(long address, int size, int kinds) {
    long page = address >>> pageShift;
    long last = (address + size - 1) >>> pageShift;
    if (page == last) {
      return recordPage(page, kinds) ? 1 : 0;
    }
    int added = 0;
    while (page <= last) {
      added += recordPage(page++, kinds) ? 1 : 0;
    }
    return added;
  }

  /// Adds a page by its number.
  ///
  /// @return whether it was not known before
  public boolean recordPage(long page, int kinds) {
    if (page == lastPage && (lastKinds | kinds) == lastKinds) {
      return false;
    }
    int before = table.add(page, kinds);
    lastPage = page;
    lastKinds = before | kinds;
    return before == 0;
  }

  /// The exact number of pages recorded.
  public int distinctPages() {
    return table.size();
  }

  /// The bytes that the set of pages takes.
  public long memoryBytes() {
    return table.bytes();
  }

  /// Makes areas of the pages recorded so far, in ascending order: neighbouring pages are one area
  /// with the union of their rights, and so are pages with a gap of up to `maxGapPages` between
  /// them.
  ///
  /// Two things follow what programs look like. Every area may be read, since no access implies
  /// that the page may not. And pages that were executed are not merged with pages that were
  /// written, unless some page was both.
  public List<Area> areas(int maxGapPages) {
    List<Area> areas = new ArrayList<>();
    long first = 0;
    long end = 0;
    int kinds = 0;
    for (long word : table.sorted()) {
      long page = PageTable.pageOf(word);
      int pageKinds = PageTable.kindsOf(word);
      if (kinds != 0 && page - end <= maxGapPages && mergeable(kinds, pageKinds)) {
        kinds |= pageKinds;
      } else {
        if (kinds != 0) {
          areas.add(area(first, end, kinds));
        }
        first = page;
        kinds = pageKinds;
      }
      end = page + 1;
    }
    if (kinds != 0) {
      areas.add(area(first, end, kinds));
    }
    return areas;
  }

  /// Completes the areas of a maps file, which is a snapshot, by what was touched: an area gets the
  /// rights that were used in it, and pages that lie in no area become areas as by [#areas(int)]
  /// without gaps.
  ///
  /// @param snapshot areas in ascending order that do not overlap
  /// @return all areas in ascending order; those that needed nothing are the same objects
  public List<Area> complete(List<Area> snapshot) {
    int[] used = new int[snapshot.size()];
    AreaRecorder outside = new AreaRecorder(pageShift);
    int index = 0;
    for (long word : table.sorted()) {
      long address = PageTable.pageOf(word) << pageShift;
      while (index < used.length
          && Long.compareUnsigned(snapshot.get(index).endExclusive(), address) <= 0) {
        index++;
      }
      if (index < used.length && snapshot.get(index).contains(address)) {
        used[index] |= PageTable.kindsOf(word);
      } else {
        outside.recordPage(PageTable.pageOf(word), PageTable.kindsOf(word));
      }
    }
    List<Area> all = outside.areas(0);
    for (int i = 0; i < used.length; i++) {
      Area area = snapshot.get(i);
      Area widened = area.widened(used[i]);
      all.add(widened.equals(area) ? area : widened);
    }
    all.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
    return all;
  }

  private static boolean mergeable(int kinds, int others) {
    int both = AccessBatch.WRITE | AccessBatch.EXECUTE;
    boolean mixes = ((kinds | others) & both) == both;
    return !mixes || (kinds & both) == both || (others & both) == both;
  }

  private Area area(long firstPage, long endPage, int kinds) {
    return new Area(
        firstPage << pageShift,
        endPage << pageShift,
        true,
        (kinds & AccessBatch.WRITE) != 0,
        (kinds & AccessBatch.EXECUTE) != 0,
        false,
        0,
        "",
        false,
        false);
  }
}
