package dev.faultline.model.mm;

import static dev.faultline.model.mm.PageEntry.ACCESSED;
import static dev.faultline.model.mm.PageEntry.BUSY;
import static dev.faultline.model.mm.PageEntry.DIRTY;
import static dev.faultline.model.mm.PageEntry.PRESENT;
import static dev.faultline.model.mm.PageEntry.TOUCHED;

import dev.faultline.iopf.Access;
import dev.faultline.model.iommu.PageTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A page table of four levels with 9 bits each (48-bit addresses), walked by IOMMUs and changed by
/// fault handlers at the same time, without locks.
///
/// Every change of an entry is a compare-and-swap. Who changes more than bits first takes the entry
/// by setting BUSY ([#lock]), and publishes the new value with [#unlock]. A busy entry is not
/// present, so a walk never waits: it misses. Levels are added when needed and never taken away.
///
/// The essay on ordering: a fault handler takes the entry and *then* reads the areas; an unmapper
/// publishes the areas and *then* looks at the entries. Both steps are sequentially consistent, so
/// one of them sees the other: either the handler finds its area gone and puts the entry back, or
/// the unmapper waits for the busy entry and takes away what the handler made. The same holds for a
/// new level, which is linked before the entry is taken.
final class FourLevelTable implements PageTable {
  private static final VarHandle NODE = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int BITS = 9;
  private static final int SLOTS = 1 << BITS;
  private static final int LEAF_SHIFT = Area.PAGE_SHIFT + BITS;
  private static final int MIDDLE_SHIFT = LEAF_SHIFT + BITS;
  private static final int TOP_SHIFT = MIDDLE_SHIFT + BITS;
  private static final int SPINS = 64;

  private final @Nullable Object[] root = new @Nullable Object[SLOTS];
  private final LongAdder distinctPages = new LongAdder();
  private volatile boolean dead;

  /// Visits the entries of one leaf.
  @FunctionalInterface
  interface LeafVisitor {
    /// Called for the entries `from` to `to` (exclusive) of `leaf`; `from` is for `address`.
    void visit(long[] leaf, int from, int to, long address);
  }

  @Override
  public int walk(long address, int access) {
    if (address >>> 48 != 0 || dead) {
      return Access.NONE;
    }
    long[] leaf = leaf(address);
    if (leaf == null) {
      return Access.NONE;
    }
    int i = index(address);
    long bits = ACCESSED | TOUCHED | ((access & Access.WRITE) != 0 ? DIRTY : 0);
    while (true) {
      long entry = (long) ENTRY.getAcquire(leaf, i);
      if ((entry & PRESENT) == 0) {
        return Access.NONE;
      }
      int rights = (int) (entry & PageEntry.RIGHTS);
      if ((access & ~rights) != 0 || (entry & bits) == bits) {
        return rights;
      }
      if (ENTRY.compareAndSet(leaf, i, entry, entry | bits)) {
        countTouched(entry);
        return rights;
      }
    }
  }

  /// Lets all further walks miss: the address space has ended.
  void kill() {
    dead = true;
  }

  long distinctPages() {
    return distinctPages.sum();
  }

  /// Counts the page if `before`, its entry until now, shows that it was never touched.
  void countTouched(long before) {
    if ((before & TOUCHED) == 0) {
      distinctPages.increment();
    }
  }

  static int index(long address) {
    return (int) (address >>> Area.PAGE_SHIFT) & SLOTS - 1;
  }

  static long get(long[] leaf, int i) {
    return (long) ENTRY.getVolatile(leaf, i);
  }

  static boolean change(long[] leaf, int i, long from, long to) {
    return ENTRY.compareAndSet(leaf, i, from, to);
  }

  /// Takes an entry, waiting for whoever has it; the caller must not have another one.
  ///
  /// @return the entry as it was
  static long lock(long[] leaf, int i) {
    while (true) {
      long entry = awaitFree(leaf, i);
      if (tryLock(leaf, i, entry)) {
        return entry;
      }
    }
  }

  /// Takes an entry if it is `entry` still, which must not be busy.
  static boolean tryLock(long[] leaf, int i, long entry) {
    return ENTRY.compareAndSet(leaf, i, entry, BUSY | entry & TOUCHED);
  }

  /// Publishes the new value of an entry that the caller has taken.
  static void unlock(long[] leaf, int i, long entry) {
    ENTRY.setVolatile(leaf, i, entry);
  }

  /// Waits until nobody has the entry, and returns it.
  static long awaitFree(long[] leaf, int i) {
    for (int spins = 0; ; spins++) {
      long entry = get(leaf, i);
      if ((entry & BUSY) == 0) {
        return entry;
      }
      pause(spins);
    }
  }

  /// Waits a moment for another thread, longer if it was often asked.
  static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /// Returns the leaf for an address below 2^48, or null if there is none yet.
  long @Nullable [] leaf(long address) {
    @Nullable Object[] upper = node(root, address >>> TOP_SHIFT);
    if (upper == null) {
      return null;
    }
    @Nullable Object[] lower = node(upper, address >>> MIDDLE_SHIFT);
    return lower == null ? null : (long[]) NODE.getAcquire(lower, slot(address >>> LEAF_SHIFT));
  }

  /// Returns the leaf for an address below 2^48; makes the levels that are missing.
  long[] leafOrNew(long address) {
    @Nullable Object[] upper = nodeOrNew(root, address >>> TOP_SHIFT);
    @Nullable Object[] lower = nodeOrNew(upper, address >>> MIDDLE_SHIFT);
    int i = slot(address >>> LEAF_SHIFT);
    long[] leaf = (long[]) NODE.getVolatile(lower, i);
    if (leaf == null) {
      leaf = new long[SLOTS];
      long[] first = (long[]) NODE.compareAndExchange(lower, i, null, leaf);
      if (first != null) {
        return first;
      }
    }
    return leaf;
  }

  private static @Nullable Object @Nullable [] node(@Nullable Object[] parent, long index) {
    return (@Nullable Object[]) NODE.getAcquire(parent, slot(index));
  }

  private static @Nullable Object[] nodeOrNew(@Nullable Object[] parent, long index) {
    int i = slot(index);
    @Nullable Object[] node = (@Nullable Object[]) NODE.getVolatile(parent, i);
    if (node == null) {
      node = new @Nullable Object[SLOTS];
      @Nullable Object[] first =
          (@Nullable Object[]) NODE.compareAndExchange(parent, i, null, node);
      if (first != null) {
        return first;
      }
    }
    return node;
  }

  private static int slot(long index) {
    return (int) index & SLOTS - 1;
  }

  /// Visits all leaves that exist from `start` to `end`, in address order.
  void visit(long start, long end, LeafVisitor visitor) {
    // What the caller has published must be visible before we look (see the class comment).
    VarHandle.fullFence();
    long at = start;
    while (at < end) {
      @Nullable Object[] upper = node(root, at >>> TOP_SHIFT);
      if (upper == null) {
        at = nextSpan(at, TOP_SHIFT);
        continue;
      }
      @Nullable Object[] lower = node(upper, at >>> MIDDLE_SHIFT);
      if (lower == null) {
        at = nextSpan(at, MIDDLE_SHIFT);
        continue;
      }
      long[] leaf = (long[]) NODE.getVolatile(lower, slot(at >>> LEAF_SHIFT));
      long to = Math.min(end, nextSpan(at, LEAF_SHIFT));
      if (leaf != null) {
        visitor.visit(leaf, index(at), index(to - 1) + 1, at);
      }
      at = to;
    }
  }

  private static long nextSpan(long address, int shift) {
    return (address >>> shift) + 1 << shift;
  }
}
