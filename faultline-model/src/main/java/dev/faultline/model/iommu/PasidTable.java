package dev.faultline.model.iommu;

import dev.faultline.iopf.Pasid;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A two-level table from PASID to a value, as the hardware's PASID directory and tables are (Intel
/// VT-d specification rev 5.10, 9.5 and 9.6; the split of the 20 bits differs). A value for
/// requests without a PASID has a place of its own.
///
/// Reads are wait-free, two loads, and may run beside changes. Writers exclude each other by their
/// own lock. Levels that became empty are kept: PASIDs come and go.
///
/// @param <T> what a PASID stands for
final class PasidTable<T> {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final int LEAF_BITS = 10;
  private static final int LEAF_SLOTS = 1 << LEAF_BITS;
  private static final int DIRECTORY_SLOTS = 1 << (Pasid.BITS - LEAF_BITS);

  private final @Nullable Object[] directory = new @Nullable Object[DIRECTORY_SLOTS];
  private volatile @Nullable T withoutPasid;

  /// Returns the value for `pasid`, or null; any number may be asked for.
  @SuppressWarnings("unchecked")
  @Nullable T get(int pasid) {
    if (pasid == Pasid.NONE) {
      return withoutPasid;
    }
    if (!Pasid.isValid(pasid)) {
      return null;
    }
    @Nullable Object[] leaf = (@Nullable Object[]) SLOT.getAcquire(directory, pasid >>> LEAF_BITS);
    return leaf == null ? null : (T) SLOT.getAcquire(leaf, pasid & (LEAF_SLOTS - 1));
  }

  /// Sets the value for `pasid`, null to remove it.
  ///
  /// @throws IllegalArgumentException if `pasid` is neither [Pasid#NONE] nor 0 to [Pasid#MAX]
  void put(int pasid, @Nullable T value) {
    if (!Pasid.isValid(pasid)) {
      throw new IllegalArgumentException(
          "PASID " + pasid + " is not Pasid.NONE or 0.." + Pasid.MAX);
    }
    if (pasid == Pasid.NONE) {
      withoutPasid = value;
      return;
    }
    @Nullable Object[] leaf = (@Nullable Object[]) directory[pasid >>> LEAF_BITS];
    if (leaf == null) {
      if (value == null) {
        return;
      }
      leaf = new @Nullable Object[LEAF_SLOTS];
      SLOT.setRelease(directory, pasid >>> LEAF_BITS, leaf);
    }
    SLOT.setRelease(leaf, pasid & (LEAF_SLOTS - 1), value);
  }

  /// Calls `action` for each PASID that has a value, [Pasid#NONE] included. Under the writers'
  /// lock.
  void forEachPasid(IntConsumer action) {
    if (withoutPasid != null) {
      action.accept(Pasid.NONE);
    }
    for (int i = 0; i < DIRECTORY_SLOTS; i++) {
      @Nullable Object[] leaf = (@Nullable Object[]) directory[i];
      for (int j = 0; leaf != null && j < LEAF_SLOTS; j++) {
        if (leaf[j] != null) {
          action.accept(i << LEAF_BITS | j);
        }
      }
    }
  }
}
