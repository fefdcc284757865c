package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.RAISED;
import static dev.faultline.iopf.PageRequestBuffer.RECEIVED;
import static dev.faultline.iopf.PageRequestBuffer.SHIFT;
import static dev.faultline.iopf.PageRequestBuffer.WORDS;

import java.util.Arrays;
import java.util.function.LongConsumer;

/// The partials of one device: requests that wait for their group's last request.
///
/// A group is keyed by (PASID or none, group index) (rule Q31); finding its partials costs O(size
/// of the group) whatever else is pending (rule Q32). Storage is primitive arrays, grown on demand
/// up to the cap and kept. Guarded by the producer's lock.
///
/// Two pools of indices: *entries* (one for each group being assembled: key, first and last record,
/// count, damage) in hash chains, and *records* (the requests) in one list for each entry in
/// arrival order (rule Q30). Free indices are stacks, so that a busy table stays in the cache.
///
/// A group that lost a partial to a limit is *damaged*: its records are given back at once, its
/// entry stays until its last request comes. When there is no entry left to mark, one bit of a
/// small bitmap remembers the damage by the key's hash; a foreign group with the same hash may then
/// be refused once. Only a device that floods its table is hit by that.
final class PartialTable {
  private static final int NIL = -1;
  private static final int FIRST_CAPACITY = 16;
  private static final int DAMAGE_BITS = 4096;
  private static final int MIX_SLOTS = 512;
  private static final int SEVERAL = -2;

  private final int maxRecords;
  private final int maxPerGroup;

  private int[] buckets = new int[FIRST_CAPACITY * 2];
  private int mask = buckets.length - 1;

  // Entries. maxRecords bounds them too: an entry has at least one record, or is damaged.
  private long[] keys = new long[FIRST_CAPACITY];
  private int[] first = new int[FIRST_CAPACITY];
  private int[] last = new int[FIRST_CAPACITY];
  private int[] counts = new int[FIRST_CAPACITY];
  private int[] chain = new int[FIRST_CAPACITY];
  private boolean[] damaged = new boolean[FIRST_CAPACITY];
  private int freeEntry = NIL;
  private int usedEntries;
  private int liveEntries;

  // Records.
  private long[] records = new long[FIRST_CAPACITY << SHIFT];
  private int[] next = new int[FIRST_CAPACITY];
  private int freeRecord = NIL;
  private int usedRecords;
  private int liveRecords;

  /// Counts stored partials; kept in a record's free word, so that they can be listed in order.
  private long arrivals;

  private final long[] damage = new long[DAMAGE_BITS / Long.SIZE];
  private int damageMarks;

  /// Group index of the live entries by its low bits, and how many there are, to notice a device
  /// that mixes PASIDs (lesson L12). Indices that share their low bits are not told apart then.
  private final int[] mixIndex = new int[MIX_SLOTS];

  private final int[] mixLive = new int[MIX_SLOTS];
  private long mixed;

  PartialTable(int maxRecords, int maxPerGroup) {
    this.maxRecords = maxRecords;
    this.maxPerGroup = maxPerGroup;
    Arrays.fill(buckets, NIL);
  }

  /// Returns the largest size of a group.
  int maxPerGroup() {
    return maxPerGroup;
  }

  /// Returns how many partials are stored.
  int size() {
    return liveRecords;
  }

  /// Returns how many groups are being assembled, damaged ones included.
  int groups() {
    return liveEntries;
  }

  /// Returns whether nothing is stored and nothing is known to be damaged.
  boolean isEmpty() {
    return (liveEntries | damageMarks) == 0;
  }

  /// Returns how often a group index was seen with two PASIDs at a time.
  long mixedPasids() {
    return mixed;
  }

  static long key(long meta, long index) {
    return (meta & PageRequestBuffer.PASID_MASK) << 32 | (index & 0xffff_ffffL);
  }

  private static int hash(long key) {
    long h = key * 0x9E37_79B9_7F4A_7C15L;
    return (int) (h >>> 32) ^ (int) (h >>> 49);
  }

  /// Returns whether `n` more partials of one key hit no limit, so that [#addRun] may take them.
  boolean hasRoomFor(int entry, int n, long key) {
    int held = 0;
    if (entry == NIL && isMarked(key)) {
      return false;
    }
    if (entry != NIL) {
      if (damaged[entry]) {
        return false;
      }
      held = counts[entry];
    }
    return liveRecords + n <= maxRecords
        && held + n < maxPerGroup
        && (entry != NIL || liveEntries < maxEntries());
  }

  /// Looks, when a group begins whose key is not in the table, whether its index is in use by
  /// another PASID.
  void noteMixed(long key) {
    int slot = (int) key & (MIX_SLOTS - 1);
    if (mixLive[slot] > 0 && mixIndex[slot] == (int) key) {
      mixed++;
    }
  }

  private boolean isMarked(long key) {
    int bit = hash(key) & (DAMAGE_BITS - 1);
    return damageMarks > 0 && (damage[bit >>> 6] & 1L << bit) != 0;
  }

  /// Stores a run of partials of one key; after [#hasRoomFor].
  void addRun(long[] source, int from, int n, long key, int found) {
    int entry = found == NIL ? insert(key) : found;
    int tail = counts[entry] == 0 ? NIL : last[entry];
    for (int i = 0; i < n; i++) {
      int record = freeRecord;
      if (record != NIL) {
        freeRecord = next[record];
      } else {
        record = usedRecords++;
        if (record == next.length) {
          growRecords();
        }
      }
      PageRequestBuffer.copyRecord(source, from + (i << SHIFT), records, record << SHIFT);
      records[record << SHIFT] = arrivals++;
      if (tail == NIL) {
        first[entry] = record;
      } else {
        next[tail] = record;
      }
      tail = record;
    }
    next[tail] = NIL;
    last[entry] = tail;
    counts[entry] += n;
    liveRecords += n;
  }

  /// Stores a partial.
  ///
  /// @param key its key
  /// @param found the key's entry, or -1
  /// @return the number of stored requests that became useless because of a limit, or -1 if the
  ///   partial was stored. On a limit the group is damaged and this partial is not stored.
  int add(long[] source, int at, long key, int found) {
    int entry = found;
    if ((entry != NIL && damaged[entry]) || (entry == NIL && isMarked(key))) {
      return 0;
    }
    if (liveRecords == maxRecords || (entry == NIL ? 0 : counts[entry]) >= maxPerGroup - 1) {
      return damage(key, entry);
    }
    if (entry == NIL) {
      if (liveEntries == maxEntries()) {
        markDamage(key);
        return 0;
      }
      entry = insert(key);
    }
    int record = freeRecord;
    if (record != NIL) {
      freeRecord = next[record];
    } else {
      record = usedRecords++;
      if (record == next.length) {
        growRecords();
      }
    }
    PageRequestBuffer.copyRecord(source, at, records, record << SHIFT);
    records[record << SHIFT] = arrivals++;
    next[record] = NIL;
    if (counts[entry] == 0) {
      first[entry] = record;
    } else {
      next[last[entry]] = record;
    }
    last[entry] = record;
    counts[entry]++;
    liveRecords++;
    return NIL;
  }

  /// Returns the entry of a key, or -1.
  int find(long key) {
    int entry = buckets[hash(key) & mask];
    while (entry != NIL && keys[entry] != key) {
      entry = chain[entry];
    }
    return entry;
  }

  /// Returns how many partials an entry holds.
  int count(int entry) {
    return counts[entry];
  }

  /// Returns whether the group of a key has lost a partial, and forgets a mark without an entry.
  boolean takeDamage(long key, int entry) {
    if (entry != NIL) {
      return damaged[entry];
    }
    if (damageMarks == 0) {
      return false;
    }
    int bit = hash(key) & (DAMAGE_BITS - 1);
    long word = damage[bit >>> 6];
    if ((word & 1L << bit) == 0) {
      return false;
    }
    damage[bit >>> 6] = word & ~(1L << bit);
    damageMarks--;
    return true;
  }

  /// Returns when the first partial of an entry was received.
  long firstReceived(int entry) {
    return records[(first[entry] << SHIFT) + RECEIVED];
  }

  /// Returns when the device raised the first partial of an entry; 0 if unknown.
  long firstRaised(int entry) {
    return records[(first[entry] << SHIFT) + RAISED];
  }

  /// Copies the partials of an entry, in arrival order, behind one another into a ring of records,
  /// and counts their pages.
  void copyTo(int entry, long[] ring, int ringMask, long from, DistinctPages pages, int pageShift) {
    long position = from;
    long[] source = records;
    int[] links = next;
    int record = first[entry];
    for (int n = counts[entry]; n > 0; n--) {
      int at = record << SHIFT;
      int to = (int) (position++ & ringMask) << SHIFT;
      ring[to] = -1L;
      PageRequestBuffer.copyRecord(source, at, ring, to);
      pages.add(ring[to + PageRequestBuffer.ADDRESS] >>> pageShift);
      record = links[record];
    }
  }

  /// Removes an entry and gives its records back.
  ///
  /// @return how many partials it held
  int remove(int entry) {
    long key = keys[entry];
    int bucket = hash(key) & mask;
    int at = buckets[bucket];
    if (at == entry) {
      buckets[bucket] = chain[entry];
    } else {
      while (chain[at] != entry) {
        at = chain[at];
      }
      chain[at] = chain[entry];
    }
    int count = release(entry);
    damaged[entry] = false;
    chain[entry] = freeEntry;
    freeEntry = entry;
    liveEntries--;
    int slot = (int) key & (MIX_SLOTS - 1);
    if (mixLive[slot] > 0) {
      mixLive[slot]--;
    }
    return count;
  }

  /// Drops the partials of a scope (rules Q60, Q66), or all.
  ///
  /// @return how many
  int drop(int scope) {
    if (scope == Pasid.ALL) {
      int dropped = liveRecords;
      clear();
      return dropped;
    }
    int dropped = 0;
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      int entry = buckets[bucket];
      while (entry != NIL) {
        int following = chain[entry];
        if ((int) (keys[entry] >>> 32) - 1 == scope) {
          dropped += remove(entry);
        }
        entry = following;
      }
    }
    return dropped;
  }

  /// Drops the groups whose first partial was received before `deadlineNs` (rule Q36).
  ///
  /// @return how many partials
  int dropReceivedBefore(long deadlineNs) {
    int dropped = 0;
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      int entry = buckets[bucket];
      while (entry != NIL) {
        int following = chain[entry];
        if (counts[entry] > 0 && firstReceived(entry) - deadlineNs < 0) {
          dropped += remove(entry);
        }
        entry = following;
      }
    }
    return dropped;
  }

  /// Calls `visitor` with the offset of every stored record, in no order; [#word] of the offset
  /// itself is the record's arrival number.
  void forEach(LongConsumer visitor) {
    for (int bucket : buckets) {
      for (int entry = bucket; entry != NIL; entry = chain[entry]) {
        int record = first[entry];
        for (int n = counts[entry]; n > 0; n--, record = next[record]) {
          visitor.accept((long) record << SHIFT);
        }
      }
    }
  }

  long word(int offset) {
    return records[offset];
  }

  private int maxEntries() {
    return maxRecords + 1024;
  }

  private void clear() {
    Arrays.fill(buckets, NIL);
    Arrays.fill(damaged, 0, usedEntries, false);
    Arrays.fill(damage, 0);
    Arrays.fill(mixLive, 0);
    freeEntry = NIL;
    freeRecord = NIL;
    usedEntries = 0;
    usedRecords = 0;
    liveEntries = 0;
    liveRecords = 0;
    damageMarks = 0;
  }

  private int damage(long key, int entry) {
    int released = 0;
    int marked = entry;
    if (marked == NIL) {
      if (liveEntries == maxEntries()) {
        markDamage(key);
        return 0;
      }
      marked = insert(key);
    } else {
      released = release(marked);
    }
    damaged[marked] = true;
    return released;
  }

  private void markDamage(long key) {
    int bit = hash(key) & (DAMAGE_BITS - 1);
    if ((damage[bit >>> 6] & 1L << bit) == 0) {
      damage[bit >>> 6] |= 1L << bit;
      damageMarks++;
    }
  }

  private int insert(long key) {
    int entry = freeEntry;
    if (entry != NIL) {
      freeEntry = chain[entry];
    } else {
      entry = usedEntries++;
      if (entry == keys.length) {
        growEntries();
      }
    }
    keys[entry] = key;
    counts[entry] = 0;
    damaged[entry] = false;
    int bucket = hash(key) & mask;
    chain[entry] = buckets[bucket];
    buckets[bucket] = entry;
    liveEntries++;
    int slot = (int) key & (MIX_SLOTS - 1);
    if (mixLive[slot] == 0) {
      mixIndex[slot] = (int) key;
    } else if (mixIndex[slot] != (int) key) {
      mixIndex[slot] = SEVERAL;
    }
    mixLive[slot]++;
    return entry;
  }

  /// Gives the records of an entry back.
  private int release(int entry) {
    int count = counts[entry];
    if (count > 0) {
      assert poison(entry);
      next[last[entry]] = freeRecord;
      freeRecord = first[entry];
      liveRecords -= count;
      counts[entry] = 0;
    }
    return count;
  }

  private boolean poison(int entry) {
    int record = first[entry];
    for (int n = counts[entry]; n > 0; n--, record = next[record]) {
      int at = record << SHIFT;
      Arrays.fill(records, at, at + WORDS, 0xDEAD_DEAD_DEAD_DEADL);
    }
    return true;
  }

  private void growRecords() {
    int capacity = Math.min(maxRecords, next.length * 2);
    records = Arrays.copyOf(records, capacity << SHIFT);
    next = Arrays.copyOf(next, capacity);
  }

  private void growEntries() {
    int capacity = Math.min(maxEntries(), keys.length * 2);
    keys = Arrays.copyOf(keys, capacity);
    first = Arrays.copyOf(first, capacity);
    last = Arrays.copyOf(last, capacity);
    counts = Arrays.copyOf(counts, capacity);
    chain = Arrays.copyOf(chain, capacity);
    damaged = Arrays.copyOf(damaged, capacity);
    int[] grown = new int[Integer.highestOneBit(capacity) * 4];
    Arrays.fill(grown, NIL);
    int grownMask = grown.length - 1;
    for (int bucket : buckets) {
      int entry = bucket;
      while (entry != NIL) {
        int following = chain[entry];
        int target = hash(keys[entry]) & grownMask;
        chain[entry] = grown[target];
        grown[target] = entry;
        entry = following;
      }
    }
    buckets = grown;
    mask = grownMask;
  }
}
