package dev.faultline.model.device;

import dev.faultline.iopf.Access;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/// An address translation cache (ATC) for one PASID: sets times ways, looked up by page, with the
/// rights that the IOMMU has granted.
///
/// One thread looks up and fills, the device's; any thread may invalidate meanwhile. An entry is
/// one word, page and rights, so a look-up needs no lock: it sees an entry as it was before an
/// invalidation or not at all. 0 is a free way, since an entry has at least one right.
///
/// A translation may be granted, taken away and invalidated before it is filled in. So the device
/// takes a [#stamp] before it asks, and a fill with an old stamp is refused: the filler writes the
/// entry and then reads the stamp, the invalidator changes the stamp and then reads the entries,
/// and one of them sees the other.
///
/// Within a set the way to be replaced is found by a clock: one bit for each way says that it was
/// used since the last time all were.
final class TranslationCache {
  /// Most ways in a set: their used bits are one word.
  static final int MAX_WAYS = 64;

  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int RIGHTS_BITS = 4;
  private static final int PAGE_SHIFT = 12;

  private final int setMask;
  private final int ways;
  private final long[] entries;
  private final AtomicLong version = new AtomicLong();

  // Of the device's thread: used ways of each set.
  private final long[] used;

  /// @param sets a power of two
  /// @param ways 1 to [#MAX_WAYS]
  TranslationCache(int sets, int ways) {
    setMask = sets - 1;
    this.ways = ways;
    entries = new long[sets * ways];
    used = new long[sets];
  }

  private int set(long page) {
    return (int) (page ^ page >>> 18) & setMask;
  }

  /// Returns whether an access needs no translation request. The device's thread.
  ///
  /// @param page page number: address divided by 4096, unsigned
  /// @param access bits of `Access`, at least one
  boolean allows(long page, int access) {
    int set = set(page);
    int base = set * ways;
    for (int way = 0; way < ways; way++) {
      long entry = (long) ENTRY.getAcquire(entries, base + way);
      if (entry >>> RIGHTS_BITS == page && entry != 0) {
        if ((access & ~(int) entry) != 0) {
          return false;
        }
        long bit = 1L << way;
        if ((used[set] & bit) == 0) {
          markUsed(set, bit);
        }
        return true;
      }
    }
    return false;
  }

  private void markUsed(int set, long bit) {
    long all = -1L >>> -ways;
    long now = used[set] | bit;
    used[set] = now == all ? bit : now;
  }

  /// Returns a stamp for [#fill], to be taken before the translation is asked for. The device's
  /// thread.
  long stamp() {
    return version.get();
  }

  /// Enters a translation that was granted. The device's thread.
  ///
  /// @param rights bits of `Access` that were granted, at least one
  /// @return false if something was invalidated since the stamp was taken: the translation may be
  ///   out of date and must be asked for again
  boolean fill(long stamp, long page, int rights) {
    int set = set(page);
    int way = wayFor(set, page);
    int i = set * ways + way;
    long entry = page << RIGHTS_BITS | rights & Access.ALL;
    ENTRY.setVolatile(entries, i, entry);
    if (version.get() != stamp) {
      ENTRY.compareAndSet(entries, i, entry, 0L);
      return false;
    }
    markUsed(set, 1L << way);
    return true;
  }

  /// Returns the way of the same page, else a free one, else one not used lately.
  private int wayFor(int set, long page) {
    int base = set * ways;
    int free = -1;
    for (int way = 0; way < ways; way++) {
      long entry = (long) ENTRY.getOpaque(entries, base + way);
      if (entry == 0) {
        free = free < 0 ? way : free;
      } else if (entry >>> RIGHTS_BITS == page) {
        return way;
      }
    }
    return free >= 0 ? free : Math.min(Long.numberOfTrailingZeros(~used[set]), ways - 1);
  }

  /// Forgets the pages of a range; afterwards no look-up finds them. Any thread.
  ///
  /// @param address byte address of the first page
  /// @param bytes length of the range; 0 or less is no range
  void invalidate(long address, long bytes) {
    if (bytes <= 0) {
      return;
    }
    version.incrementAndGet();
    long first = address >>> PAGE_SHIFT;
    long end = address + bytes - 1;
    long last = Long.compareUnsigned(end, address) < 0 ? -1L >>> PAGE_SHIFT : end >>> PAGE_SHIFT;
    if (last - first >= setMask) {
      forget(0, entries.length, first, last);
    } else {
      for (long page = first; page <= last; page++) {
        int base = set(page) * ways;
        forget(base, base + ways, page, page);
      }
    }
  }

  private void forget(int from, int to, long first, long last) {
    for (int i = from; i < to; i++) {
      long entry = (long) ENTRY.getVolatile(entries, i);
      long page = entry >>> RIGHTS_BITS;
      if (entry != 0 && page >= first && page <= last) {
        // If it fails, the device has just replaced the entry, which is as good: by another page,
        // or by a translation that its stamp will decide about.
        ENTRY.compareAndSet(entries, i, entry, 0L);
      }
    }
  }

  /// Forgets everything. Any thread.
  void clear() {
    invalidate(0, Long.MAX_VALUE);
    invalidate(Long.MIN_VALUE, Long.MAX_VALUE);
  }
}
