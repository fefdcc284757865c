package dev.faultline.model.mm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import dev.faultline.model.mm.SimulatedAddressSpace.Settings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReclaimTest {
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;
  private static final int PAGE = (int) Area.PAGE_BYTES;
  private static final long BASE = 0x10_0000;

  private static SimulatedAddressSpace space(String name, FrameMemory memory, int limit) {
    SimulatedAddressSpace space =
        new SimulatedAddressSpace(name, memory, Settings.DEFAULT.withResidentLimit(limit));
    space.map(Area.anonymous(BASE, BASE + 64 * PAGE, R | W));
    return space;
  }

  @Test
  void residentLimitIsNeverExceeded() {
    FrameMemory memory = new FrameMemory(0);
    SimulatedAddressSpace space = space("p", memory, 4);
    assertThat(space.makePresent(BASE, 64, W)).isEqualTo(64);
    assertThat(space.residentPages()).isEqualTo(4);
    AddressSpaceStatistics s = space.statistics();
    assertThat(s.maxResident()).isEqualTo(4);
    assertThat(s.evictions()).isEqualTo(60);
    assertThat(s.outOfFrames()).isZero();
    space.close();
    assertThat(memory.used()).isZero();
  }

  @Test
  void n1DevicesConfirmBeforeTheFrameIsUsedAgain() {
    FrameMemory memory = new FrameMemory(0);
    SimulatedAddressSpace space = space("p", memory, 1);
    List<Long> order = new ArrayList<>();
    space.addInvalidator((address, bytes) -> {
      order.add(address);
      assertThat(bytes).isEqualTo(PAGE);
      assertThat(space.isPresent(address)).as("the old page").isFalse();
      assertThat(space.isPresent(address + PAGE)).as("the new page").isFalse();
      assertThat(space.pageTable().walk(address, R)).isZero();
      assertThat(memory.used()).isEqualTo(1);
    });
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    int frame = PageEntry.frame(space.entry(BASE));
    assertThat(space.makePresent(BASE + PAGE, 1, W)).isEqualTo(1);
    assertThat(PageEntry.frame(space.entry(BASE + PAGE))).isEqualTo(frame);
    assertThat(order).containsExactly(BASE);
  }

  @Test
  void dirtyAnonymousPagesComeBackFromSwap() {
    SimulatedAddressSpace space = space("p", new FrameMemory(0), 1);
    assertThat(space.makePresent(BASE, 2, W)).isEqualTo(2);
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(space.statistics().swapIns()).isEqualTo(1);
    assertThat(space.statistics().writeBacks()).isEqualTo(2);
    // Clean now: swap still has it, so it goes without a write and comes back again.
    assertThat(space.makePresent(BASE + PAGE, 1, R)).isEqualTo(1);
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(space.statistics().swapIns()).isEqualTo(3);
    assertThat(space.statistics().writeBacks()).isEqualTo(2);
  }

  @Test
  void cleanFilePagesAreReadAgain() {
    SimulatedAddressSpace space = space("p", new FrameMemory(0), 1);
    space.map(Areas.file(2 * BASE, 2 * BASE + 2 * PAGE, R | W, false, "f", 0, 2 * PAGE));
    assertThat(space.makePresent(2 * BASE, 2, R)).isEqualTo(2);
    assertThat(space.makePresent(2 * BASE, 1, R)).isEqualTo(1);
    assertThat(space.statistics().fileReads()).isEqualTo(3);
    assertThat(space.statistics().writeBacks()).isZero();
    // Copied, evicted, and back: private content comes from swap and is not copied again.
    assertThat(space.makePresent(2 * BASE, 1, W)).isEqualTo(1);
    assertThat(space.makePresent(2 * BASE + PAGE, 1, R)).isEqualTo(1);
    assertThat(space.makePresent(2 * BASE, 1, W)).isEqualTo(1);
    assertThat(space.statistics().swapIns()).isEqualTo(1);
    assertThat(space.statistics().copyOnWrites()).isEqualTo(1);
    assertThat(space.statistics().outOfFrames()).isZero();
  }

  @Test
  void accessedPagesGetASecondChance() {
    SimulatedAddressSpace space = space("p", new FrameMemory(0), 4);
    assertThat(space.makePresent(BASE, 5, W)).isEqualTo(5);
    // One round has cleared all accessed bits; the device uses one page.
    assertThat(space.isPresent(BASE + 2 * PAGE)).isTrue();
    assertThat(space.pageTable().walk(BASE + 2 * PAGE, R)).isEqualTo(R | W);
    assertThat(space.makePresent(BASE + 10 * PAGE, 2, W)).isEqualTo(2);
    assertThat(space.isPresent(BASE + 2 * PAGE)).isTrue();
    assertThat(space.isPresent(BASE + PAGE)).isFalse();
    assertThat(space.isPresent(BASE + 3 * PAGE)).isFalse();
  }

  @Test
  void fullMemoryTakesPagesFromOtherAddressSpaces() {
    FrameMemory memory = new FrameMemory(8);
    SimulatedAddressSpace a = space("a", memory, 0);
    SimulatedAddressSpace b = space("b", memory, 0);
    assertThat(a.makePresent(BASE, 8, W)).isEqualTo(8);
    assertThat(b.makePresent(BASE, 3, W)).isEqualTo(3);
    assertThat(memory.used()).isEqualTo(8);
    assertThat(a.residentPages()).isEqualTo(5);
    assertThat(b.residentPages()).isEqualTo(3);
    assertThat(a.statistics().evictions()).isEqualTo(3);
    a.close();
    assertThat(memory.used()).isEqualTo(3);
  }

  @Test
  void l99AroundNeverEvicts() {
    SimulatedAddressSpace limited = space("p", new FrameMemory(0), 3);
    assertThat(limited.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(limited.populateAround(BASE, W, 16)).isEqualTo(2);
    assertThat(limited.isPresent(BASE)).isTrue();
    SimulatedAddressSpace small = space("q", new FrameMemory(2), 0);
    assertThat(small.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(small.populateAround(BASE, W, 16)).isEqualTo(1);
    assertThat(small.statistics().evictions()).isZero();
  }

  @Test
  void a6OutOfFramesIsBadAndCounted() {
    FrameMemory memory = new FrameMemory(1);
    SimulatedAddressSpace a = space("a", memory, 0);
    SimulatedAddressSpace b = space("b", memory, 0);
    int[] got = new int[1];
    // While one page is being replaced, its frame can not be had.
    a.addInvalidator((address, bytes) -> got[0] = b.makePresent(BASE, 1, W));
    assertThat(a.makePresent(BASE, 1, W)).isEqualTo(1);
    a.unmap(BASE, BASE + PAGE);
    assertThat(got[0]).isZero();
    assertThat(b.statistics().outOfFrames()).isEqualTo(1);
    assertThat(memory.used()).isZero();
  }
}
