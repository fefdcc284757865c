package dev.faultline.model.mm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import dev.faultline.model.mm.SimulatedAddressSpace.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random changes and faults against a model of one entry for each page.
class RandomChangesTest {
  private static final int PAGES = 96;
  private static final int PAGE = (int) Area.PAGE_BYTES;
  // Across the border of two leaves.
  private static final long BASE = (1L << 30) - 40L * PAGE;
  private static final int STEPS = 4000;

  /// What the oracle knows of a page.
  private record Mapped(int rights, boolean file, boolean shared, boolean beyondEnd) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void agreesWithAModelOfPages(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int limit = random.nextBoolean() ? 0 : 1 + random.nextInt(20);
    FrameMemory memory = new FrameMemory(random.nextBoolean() ? 0 : 1 + random.nextInt(30));
    SimulatedAddressSpace space =
        new SimulatedAddressSpace("p", memory, Settings.DEFAULT.withResidentLimit(limit));
    Map<Integer, Mapped> oracle = new HashMap<>();
    Set<Integer> device = new HashSet<>();
    space.addInvalidator((address, bytes) -> {
      for (int i = 0; i < PAGES; i++) {
        long page = BASE + (long) i * PAGE;
        if (page >= address && page - address < bytes) {
          device.remove(i);
        }
      }
    });
    for (int step = 0; step < STEPS; step++) {
      int from = random.nextInt(PAGES);
      int count = 1 + random.nextInt(Math.min(8, PAGES - from));
      long start = BASE + (long) from * PAGE;
      long end = start + (long) count * PAGE;
      switch (random.nextInt(8)) {
        case 0 -> mapIfFree(space, oracle, random, from, count);
        case 1 -> {
          space.unmap(start, end);
          for (int i = from; i < from + count; i++) {
            oracle.remove(i);
          }
        }
        case 2 -> protectIfMapped(space, oracle, random.nextInt(8), from, count);
        case 3 ->
            assertThat(space.populateAround(start, random.nextInt(8), 1 << count))
                .isLessThan(1 << count);
        default -> fault(space, oracle, device, random.nextInt(16), from, count, seed);
      }
      check(space, memory, oracle, device, limit, "seed " + seed + " step " + step);
    }
    space.close();
    assertThat(memory.used()).isZero();
  }

  private static void mapIfFree(
      SimulatedAddressSpace space,
      Map<Integer, Mapped> oracle,
      SplittableRandom random,
      int from,
      int count) {
    for (int i = from; i < from + count; i++) {
      if (oracle.containsKey(i)) {
        return;
      }
    }
    long start = BASE + (long) from * PAGE;
    long end = start + (long) count * PAGE;
    int rights = random.nextInt(8);
    if (random.nextBoolean()) {
      space.map(Area.anonymous(start, end, rights));
      for (int i = from; i < from + count; i++) {
        oracle.put(i, new Mapped(rights, false, false, false));
      }
      return;
    }
    boolean shared = random.nextBoolean();
    int filePages = random.nextInt(count + 1);
    space.map(Areas.file(start, end, rights, shared, "f" + from, 0, (long) filePages * PAGE));
    for (int i = 0; i < count; i++) {
      oracle.put(from + i, new Mapped(rights, true, shared, i >= filePages));
    }
  }

  private static void protectIfMapped(
      SimulatedAddressSpace space, Map<Integer, Mapped> oracle, int rights, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (!oracle.containsKey(i)) {
        return;
      }
    }
    long start = BASE + (long) from * PAGE;
    space.protect(start, start + (long) count * PAGE, rights);
    for (int i = from; i < from + count; i++) {
      oracle.computeIfPresent(i, (k, m) -> new Mapped(rights, m.file, m.shared, m.beyondEnd));
    }
  }

  private static void fault(
      SimulatedAddressSpace space,
      Map<Integer, Mapped> oracle,
      Set<Integer> device,
      int access,
      int from,
      int count,
      long seed) {
    int need = access == 0 ? Access.READ : access;
    int expected = 0;
    while (expected < count) {
      Mapped mapped = oracle.get(from + expected);
      if (mapped == null || mapped.beyondEnd || (need & ~mapped.rights) != 0) {
        break;
      }
      expected++;
    }
    long start = BASE + (long) from * PAGE;
    assertThat(space.makePresent(start + 17, count, access))
        .as("seed %d", seed)
        .isEqualTo(expected);
    if (expected > 0) {
      int last = from + expected - 1;
      int granted = space.pageTable().walk(BASE + (long) last * PAGE, need);
      assertThat(need & ~granted).as("seed %d: the last page is present", seed).isZero();
      device.add(last);
    }
  }

  private static void check(
      SimulatedAddressSpace space,
      FrameMemory memory,
      Map<Integer, Mapped> oracle,
      Set<Integer> device,
      int limit,
      String when) {
    assertThat(memory.used()).as(when).isEqualTo(space.residentPages());
    if (limit > 0) {
      assertThat(space.residentPages()).as(when).isLessThanOrEqualTo(limit);
    }
    Set<Integer> frames = new HashSet<>();
    for (int i = 0; i < PAGES; i++) {
      long entry = space.entry(BASE + (long) i * PAGE);
      assertThat(PageEntry.is(entry, PageEntry.BUSY | PageEntry.ZAP)).as(when).isFalse();
      if (PageEntry.hasFrame(entry)) {
        assertThat(frames.add(PageEntry.frame(entry))).as(when).isTrue();
      }
      if (PageEntry.is(entry, PageEntry.PRESENT)) {
        Mapped mapped = oracle.get(i);
        assertThat(mapped).as(when).isNotNull();
        assertThat(entry & PageEntry.RIGHTS & ~mapped.rights).as(when).isZero();
      }
      if (device.contains(i)) {
        assertThat(PageEntry.is(entry, PageEntry.PRESENT)).as(when + ": device's page").isTrue();
      }
    }
    assertThat(frames).as(when).hasSize(memory.used());
  }
}
