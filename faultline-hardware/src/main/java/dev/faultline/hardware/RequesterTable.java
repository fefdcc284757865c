package dev.faultline.hardware;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A table from requester id (PCI BDF, or a longer stream id) to whatever stands behind it.
///
/// Readers take no lock, allocate nothing and look at one slot or a few: they see one immutable
/// snapshot, so a look-up that runs beside a removal gets the old value or nothing, never a
/// mixture. Writers copy the snapshot, one at a time.
///
/// @param <T> what a requester id stands for
public final class RequesterTable<T> {
  private static final int MIN_SLOTS = 16;

  /// Spreads the ids: functions of one bus differ in their low bits only.
  private static final int HASH_MULTIPLIER = 0x9E37_79B9;

  private volatile Snapshot snapshot = new Snapshot(MIN_SLOTS);

  /// Makes an empty table.
  public RequesterTable() {}

  /// Returns what `requesterId` stands for, or null. Any thread; wait-free.
  @SuppressWarnings("unchecked")
  public @Nullable T get(int requesterId) {
    return (T) snapshot.find(requesterId);
  }

  /// Returns how many requester ids the table holds. Any thread.
  public int size() {
    return snapshot.size;
  }

  /// Adds all `requesterIds` for `value`, or none of them. Any thread.
  ///
  /// @throws IllegalArgumentException if one of them is taken, naming it
  public synchronized void add(T value, int... requesterIds) {
    Objects.requireNonNull(value, "value");
    Snapshot grown = snapshot.copy(snapshot.size + requesterIds.length);
    for (int id : requesterIds) {
      if (grown.find(id) != null) {
        throw new IllegalArgumentException(
            "requester id 0x%x is already in use by %s".formatted(id, grown.find(id)));
      }
      grown.put(id, value);
    }
    snapshot = grown;
  }

  /// Removes `requesterId`. Any thread.
  ///
  /// @return whether it was there
  public synchronized boolean remove(int requesterId) {
    if (snapshot.find(requesterId) == null) {
      return false;
    }
    snapshot = snapshot.without((id, value) -> id == requesterId);
    return true;
  }

  /// Removes every requester id whose value satisfies `unwanted`. Any thread.
  ///
  /// @return how many went
  @SuppressWarnings("unchecked")
  public synchronized int removeIf(Predicate<? super T> unwanted) {
    int before = snapshot.size;
    snapshot = snapshot.without((id, value) -> unwanted.test((T) value));
    return before - snapshot.size;
  }

  /// Calls `action` for the value of each requester id of one snapshot; a value with several ids
  /// comes several times. Any thread.
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super T> action) {
    for (Object value : snapshot.values) {
      if (value != null) {
        action.accept((T) value);
      }
    }
  }

  @FunctionalInterface
  private interface Unwanted {
    boolean test(int requesterId, Object value);
  }

  /// An open-addressing hash table, at most half full; never changed once it is published.
  private static final class Snapshot {
    final int[] keys;
    final @Nullable Object[] values;
    int size;

    Snapshot(int slots) {
      keys = new int[slots];
      values = new @Nullable Object[slots];
    }

    @Nullable Object find(int key) {
      int mask = keys.length - 1;
      for (int i = slotOf(key, mask); ; i = (i + 1) & mask) {
        Object value = values[i];
        if (value == null || keys[i] == key) {
          return value;
        }
      }
    }

    void put(int key, Object value) {
      int mask = keys.length - 1;
      int i = slotOf(key, mask);
      while (values[i] != null) {
        i = (i + 1) & mask;
      }
      keys[i] = key;
      values[i] = value;
      size++;
    }

    Snapshot copy(int expectedSize) {
      Snapshot copy = new Snapshot(Math.max(MIN_SLOTS, ceilingPowerOfTwo(2 * expectedSize)));
      for (int i = 0; i < keys.length; i++) {
        Object value = values[i];
        if (value != null) {
          copy.put(keys[i], value);
        }
      }
      return copy;
    }

    Snapshot without(Unwanted unwanted) {
      Snapshot rest = new Snapshot(keys.length);
      for (int i = 0; i < keys.length; i++) {
        Object value = values[i];
        if (value != null && !unwanted.test(keys[i], value)) {
          rest.put(keys[i], value);
        }
      }
      return rest;
    }

    private static int slotOf(int key, int mask) {
      int hash = key * HASH_MULTIPLIER;
      return (hash ^ (hash >>> 16)) & mask;
    }

    private static int ceilingPowerOfTwo(int n) {
      return n <= 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
    }

    @Override
    public String toString() {
      return Arrays.toString(values);
    }
  }
}
