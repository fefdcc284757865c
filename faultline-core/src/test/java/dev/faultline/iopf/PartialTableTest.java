package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The table of partials against a map.
class PartialTableTest {
  private static final int NIL = -1;
  private static final int[] PASIDS = {Pasid.NONE, 0, 1, 2};

  private record Stored(long address, long receivedNs) {}

  private final Map<Long, List<Stored>> model = new LinkedHashMap<>();
  private final Set<Long> damaged = new LinkedHashSet<>();
  private final PageRequestBuffer buffer = new PageRequestBuffer(8);
  private long next = 1;

  @ParameterizedTest
  @CsvSource({"1,2", "7,3", "20,5", "64,1024", "300,16"})
  void Q30_Q31_Q32_theTableIsAMapOfListsWithLimits(int maxRecords, int maxPerGroup) {
    for (int seed = 0; seed < 60; seed++) {
      model.clear();
      damaged.clear();
      Random random = new Random(seed);
      PartialTable table = new PartialTable(maxRecords, maxPerGroup);
      for (int step = 0; step < 500; step++) {
        step(table, random, maxRecords, maxPerGroup, "seed " + seed + " step " + step);
      }
      check(table, "seed " + seed);
    }
  }

  private void step(
      PartialTable table, Random random, int maxRecords, int maxPerGroup, String where) {
    switch (random.nextInt(12)) {
      case 0 -> {
        int scope = PASIDS[random.nextInt(PASIDS.length)];
        int expected = 0;
        for (Long key : List.copyOf(model.keySet())) {
          if ((int) (key >>> 32) - 1 == scope) {
            expected += model.remove(key).size();
          }
        }
        damaged.removeIf(key -> (int) (key >>> 32) - 1 == scope);
        assertThat(table.drop(scope)).as(where).isEqualTo(expected);
      }
      case 1 -> {
        if (random.nextInt(8) == 0) {
          assertThat(table.drop(Pasid.ALL)).as(where).isEqualTo(size());
          model.clear();
          damaged.clear();
          assertThat(table.isEmpty()).as(where).isTrue();
        }
      }
      case 2 -> {
        long before = next - random.nextInt(40);
        int expected = 0;
        for (Long key : List.copyOf(model.keySet())) {
          if (model.get(key).getFirst().receivedNs < before) {
            expected += model.remove(key).size();
          }
        }
        assertThat(table.dropReceivedBefore(before)).as(where).isEqualTo(expected);
      }
      case 3, 4, 5 -> take(table, randomKey(random), where);
      case 6, 7 -> addRun(table, random, maxRecords, maxPerGroup, where);
      default -> add(table, random, maxRecords, maxPerGroup, where);
    }
    check(table, where);
  }

  private int size() {
    return model.values().stream().mapToInt(List::size).sum();
  }

  private long randomKey(Random random) {
    int pasid = PASIDS[random.nextInt(PASIDS.length)];
    int index = random.nextInt(5) == 0 ? -1 - random.nextInt(3) : random.nextInt(6);
    return (pasid + 1L) << 32 | (index & 0xffff_ffffL);
  }

  private long fill(long key, int n) {
    buffer.clear();
    for (int i = 0; i < n; i++) {
      buffer.add(
          1, (int) (key >>> 32) - 1, (int) key, next << 12, Access.READ, false, next, ~next, 0);
      buffer.words[(i << PageRequestBuffer.SHIFT) + PageRequestBuffer.RECEIVED] = next;
      next++;
    }
    long meta = buffer.words[PageRequestBuffer.META];
    assertThat(PartialTable.key(meta, buffer.words[PageRequestBuffer.INDEX])).isEqualTo(key);
    return next - n;
  }

  private void add(
      PartialTable table, Random random, int maxRecords, int maxPerGroup, String where) {
    long key = randomKey(random);
    long from = fill(key, 1);
    List<Stored> list = model.get(key);
    int held = list == null ? 0 : list.size();

    int lost = table.add(buffer.words, 0, key, table.find(key));

    if (damaged.contains(key)) {
      assertThat(lost).as(where).isZero();
    } else if (size() == maxRecords || held >= maxPerGroup - 1) {
      assertThat(lost).as(where).isEqualTo(held);
      model.remove(key);
      damaged.add(key);
    } else {
      assertThat(lost).as(where).isEqualTo(NIL);
      model.computeIfAbsent(key, k -> new ArrayList<>()).add(new Stored(from << 12, from));
    }
  }

  private void addRun(
      PartialTable table, Random random, int maxRecords, int maxPerGroup, String where) {
    long key = randomKey(random);
    int n = 1 + random.nextInt(4);
    long from = fill(key, n);
    int entry = table.find(key);
    int held = model.containsKey(key) ? model.get(key).size() : 0;
    boolean fits =
        !damaged.contains(key) && size() + n <= maxRecords && held + n <= maxPerGroup - 1;

    assertThat(table.hasRoomFor(entry, n, key)).as(where).isEqualTo(fits);
    if (fits) {
      table.addRun(buffer.words, 0, n, key, entry);
      List<Stored> list = model.computeIfAbsent(key, k -> new ArrayList<>());
      for (long i = from; i < from + n; i++) {
        list.add(new Stored(i << 12, i));
      }
    }
  }

  /// What the last request of a key does.
  private void take(PartialTable table, long key, String where) {
    int entry = table.find(key);
    boolean known = model.containsKey(key) || damaged.contains(key);
    assertThat(entry != NIL).as(where).isEqualTo(known);
    assertThat(table.takeDamage(key, entry)).as(where).isEqualTo(damaged.contains(key));
    if (!known) {
      return;
    }
    List<Stored> list = model.getOrDefault(key, List.of());
    assertThat(table.count(entry)).as(where).isEqualTo(list.size());
    if (!list.isEmpty()) {
      assertThat(table.firstReceived(entry)).as(where).isEqualTo(list.getFirst().receivedNs);
      long[] ring = new long[16 << PageRequestBuffer.SHIFT];
      if (list.size() <= 16) {
        table.copyTo(entry, ring, 15, 13, new DistinctPages(), 12);
        for (int i = 0; i < list.size(); i++) {
          int at = ((13 + i) & 15) << PageRequestBuffer.SHIFT;
          assertThat(ring[at]).as(where).isEqualTo(-1);
          assertThat(ring[at + PageRequestBuffer.ADDRESS]).as(where).isEqualTo(list.get(i).address);
          assertThat(ring[at + PageRequestBuffer.PRIVATE_1])
              .as(where)
              .isEqualTo(~(list.get(i).address >>> 12));
        }
      }
    }
    assertThat(table.remove(entry)).as(where).isEqualTo(list.size());
    model.remove(key);
    damaged.remove(key);
  }

  private void check(PartialTable table, String where) {
    assertThat(table.size()).as(where).isEqualTo(size());
    assertThat(table.groups()).as(where).isEqualTo(model.size() + damaged.size());
    Set<Long> addresses = new LinkedHashSet<>();
    table.forEach(offset -> addresses.add(table.word((int) offset + PageRequestBuffer.ADDRESS)));
    Set<Long> expected = new LinkedHashSet<>();
    model.values().forEach(list -> list.forEach(stored -> expected.add(stored.address)));
    assertThat(addresses).as(where).isEqualTo(expected);
  }
}
