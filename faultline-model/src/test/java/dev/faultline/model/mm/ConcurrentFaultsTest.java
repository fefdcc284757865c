package dev.faultline.model.mm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import dev.faultline.model.mm.SimulatedAddressSpace.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ConcurrentFaultsTest {
  private static final int PAGE = (int) Area.PAGE_BYTES;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final int PAGES = 256;
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void framesAreAccountedForWhenFaultsUnmapsAndReclaimRace() throws Exception {
    FrameMemory memory = new FrameMemory(100);
    List<SimulatedAddressSpace> spaces = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      SimulatedAddressSpace space =
          new SimulatedAddressSpace(
              "p" + i, memory, Settings.DEFAULT.withResidentLimit(i == 0 ? 40 : 0));
      space.map(Area.anonymous(BASE, BASE + PAGES * PAGE, R | W));
      space.map(
          Areas.file(2 * BASE / 3 & -PAGE, (2 * BASE / 3 & -PAGE) + PAGE, R, true, "f", 0, PAGE));
      space.addInvalidator((address, bytes) -> Thread.onSpinWait());
      spaces.add(space);
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
    List<Callable<Void>> jobs = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      long seed = t;
      jobs.add(() -> resolve(spaces, seed, end));
    }
    jobs.add(() -> remap(spaces, end));
    jobs.add(() -> walk(spaces, end));
    try (ExecutorService threads = Executors.newFixedThreadPool(jobs.size())) {
      for (Future<Void> job : threads.invokeAll(jobs)) {
        job.get();
      }
    }
    Set<Integer> frames = new HashSet<>();
    int resident = 0;
    for (SimulatedAddressSpace space : spaces) {
      resident += space.residentPages();
      space.visitTable((leaf, from, to, address) -> {
        for (int i = from; i < to; i++) {
          assertThat(PageEntry.is(leaf[i], PageEntry.BUSY | PageEntry.ZAP)).isFalse();
          if (PageEntry.hasFrame(leaf[i])) {
            assertThat(frames.add(PageEntry.frame(leaf[i]))).as("frame mapped once").isTrue();
          }
        }
      });
      assertThat(space.statistics().outOfFrames()).isZero();
    }
    assertThat(spaces.getFirst().statistics().maxResident()).isLessThanOrEqualTo(40);
    assertThat(frames).hasSize(resident);
    assertThat(memory.used()).isEqualTo(resident);
    spaces.forEach(SimulatedAddressSpace::close);
    assertThat(memory.used()).isZero();
  }

  private static Void resolve(List<SimulatedAddressSpace> spaces, long seed, long end) {
    SplittableRandom random = new SplittableRandom(seed);
    while (System.nanoTime() - end < 0) {
      SimulatedAddressSpace space = spaces.get(random.nextInt(2));
      long page = BASE + (long) random.nextInt(PAGES) * PAGE;
      int access = random.nextBoolean() ? R : W;
      space.makePresent(page, 1 + random.nextInt(4), access);
      if (random.nextInt(8) == 0) {
        space.populateAround(page, access, 8);
      }
    }
    return null;
  }

  private static Void remap(List<SimulatedAddressSpace> spaces, long end) {
    SplittableRandom random = new SplittableRandom(99);
    while (System.nanoTime() - end < 0) {
      SimulatedAddressSpace space = spaces.get(random.nextInt(2));
      long from = BASE + (long) random.nextInt(PAGES - 16) * PAGE;
      space.protect(from, from + 16 * PAGE, R);
      space.protect(from, from + 16 * PAGE, R | W);
      space.unmap(from, from + 16 * PAGE);
      for (long page = from; page < from + 16 * PAGE; page += PAGE) {
        assertThat(space.isPresent(page)).isFalse();
      }
      space.map(Area.anonymous(from, from + 16 * PAGE, R | W));
    }
    return null;
  }

  private static Void walk(List<SimulatedAddressSpace> spaces, long end) {
    SplittableRandom random = new SplittableRandom(7);
    while (System.nanoTime() - end < 0) {
      long page = BASE + (long) random.nextInt(PAGES) * PAGE;
      int rights = spaces.get(random.nextInt(2)).pageTable().walk(page, R);
      assertThat(rights & ~(R | W)).isZero();
    }
    return null;
  }
}
