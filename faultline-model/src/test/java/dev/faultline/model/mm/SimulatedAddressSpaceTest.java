package dev.faultline.model.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.faultline.iopf.Access;
import dev.faultline.model.mm.SimulatedAddressSpace.Settings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedAddressSpaceTest {
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;
  private static final int X = Access.EXECUTE;
  private static final int PAGE = (int) Area.PAGE_BYTES;
  private static final long BASE = 0x10_0000;

  private final FrameMemory memory = new FrameMemory(0);
  private final SimulatedAddressSpace space =
      new SimulatedAddressSpace("p", memory, Settings.DEFAULT);
  private final List<String> invalidated = new ArrayList<>();

  private void recordInvalidations() {
    space.addInvalidator((address, bytes) -> invalidated.add("%x+%x".formatted(address, bytes)));
  }

  @Test
  void a1NothingMappedIsBad() {
    assertThat(space.makePresent(BASE, 1, R)).isZero();
    assertThat(space.statistics().invalidAddress()).isEqualTo(1);
  }

  @Test
  void a1StopsAtTheFirstBadPage() {
    space.map(Area.anonymous(BASE, BASE + 3 * PAGE, R | W));
    assertThat(space.makePresent(BASE, 5, W)).isEqualTo(3);
    assertThat(space.residentPages()).isEqualTo(3);
  }

  @Test
  void l84DeviceDoesNotGrowAStack() {
    Area stack =
        new Area(BASE, BASE + PAGE, true, true, false, false, false, 0, 0, true, "[stack]");
    space.map(stack);
    assertThat(space.makePresent(BASE - 1, 1, W)).isZero();
    assertThat(space.areas()).containsExactly(stack);
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
  }

  @Test
  void a2L85PermissionMatrix() {
    for (int rights = 0; rights <= (R | W | X); rights++) {
      for (int access = 0; access <= Access.ALL; access++) {
        SimulatedAddressSpace fresh = new SimulatedAddressSpace("m", memory, Settings.DEFAULT);
        fresh.map(Area.anonymous(BASE, BASE + PAGE, rights));
        int need = access == Access.NONE ? R : access;
        boolean allowed = (need & ~rights) == 0;
        String what = Access.toText(access) + " of an area " + Access.toText(rights);
        assertThat(fresh.makePresent(BASE, 1, access)).as(what).isEqualTo(allowed ? 1 : 0);
        assertThat(fresh.statistics().invalidPermission()).as(what).isEqualTo(allowed ? 0 : 1);
        assertThat((need & ~fresh.pageTable().walk(BASE, need)) == 0).as(what).isEqualTo(allowed);
        fresh.close();
      }
    }
    assertThat(memory.used()).isZero();
  }

  @Test
  void a3ResolvesNothingAfterExit() {
    recordInvalidations();
    space.map(Area.anonymous(BASE, BASE + 4 * PAGE, R | W));
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    space.exit();
    space.exit();
    assertThat(invalidated).containsExactly("0+%x".formatted(Area.ADDRESS_END));
    AddressSpaceStatistics before = space.statistics();
    assertThat(space.makePresent(BASE, 1, W)).isZero();
    assertThat(space.makePresent(BASE + PAGE, 1, W)).isZero();
    assertThat(space.populateAround(BASE, W, 16)).isZero();
    assertThat(space.pageTable().walk(BASE, R)).isZero();
    assertThat(space.statistics()).isEqualTo(before);
    assertThatIllegalStateException().isThrownBy(() -> space.unmap(BASE, BASE + PAGE));
    space.close();
    assertThat(memory.used()).isZero();
    assertThat(space.residentPages()).isZero();
  }

  @Test
  void a5ReadOfAHoleMapsZerosWithoutAFrame() {
    recordInvalidations();
    space.map(Area.anonymous(BASE, BASE + PAGE, R | W));
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(space.residentPages()).isZero();
    assertThat(space.rights(BASE)).isEqualTo(R);
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(space.residentPages()).isEqualTo(1);
    assertThat(space.rights(BASE)).isEqualTo(R | W);
    assertThat(space.isDirty(BASE)).isTrue();
    assertThat(invalidated).containsExactly("%x+1000".formatted(BASE));
    assertThat(space.statistics().copyOnWrites()).isEqualTo(1);
  }

  @Test
  void a5WriteToAPrivateFilePageCopies() {
    recordInvalidations();
    space.map(Areas.file(BASE, BASE + 2 * PAGE, R | W, false, "f", 0, 2 * PAGE));
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    int fileFrame = PageEntry.frame(space.entry(BASE));
    assertThat(space.rights(BASE)).isEqualTo(R);
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(space.rights(BASE)).isEqualTo(R | W);
    assertThat(PageEntry.frame(space.entry(BASE))).isNotEqualTo(fileFrame);
    assertThat(invalidated).hasSize(1);
    assertThat(memory.used()).isEqualTo(1);
    assertThat(space.makePresent(BASE + PAGE, 1, W)).isEqualTo(1);
    AddressSpaceStatistics s = space.statistics();
    assertThat(s.fileReads()).isEqualTo(2);
    assertThat(s.copyOnWrites()).isEqualTo(2);
  }

  @Test
  void a5SharedFilePageIsNotCopied() {
    space.map(Areas.file(BASE, BASE + PAGE, R | W, true, "f", 0, PAGE));
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(space.isDirty(BASE)).isFalse();
    assertThat(space.pageTable().walk(BASE, W)).isEqualTo(R | W);
    assertThat(space.isDirty(BASE)).isTrue();
    assertThat(space.statistics().copyOnWrites()).isZero();
  }

  @Test
  void a5BeyondTheEndOfTheFileIsBad() {
    space.map(Areas.file(BASE, BASE + 4 * PAGE, R, false, "f", PAGE, 2 * PAGE + 1));
    assertThat(space.makePresent(BASE, 4, R)).isEqualTo(2);
    assertThat(space.statistics().invalidAddress()).isEqualTo(1);
    assertThat(space.populateAround(BASE, R, 16)).isZero();
    space.map(Areas.file(2 * BASE, 2 * BASE + PAGE, R, false, "g", PAGE, Long.MAX_VALUE));
    assertThat(space.makePresent(2 * BASE, 1, R)).isEqualTo(1);
  }

  @Test
  void l85LastPageOfTheAddressSpaceDoesNotOverflow() {
    long last = Area.ADDRESS_END - PAGE;
    space.map(Area.anonymous(last, Area.ADDRESS_END, R | W));
    assertThat(space.makePresent(last + 0xfff, 3, W)).isEqualTo(1);
    assertThat(space.populateAround(last, W, 64)).isZero();
    assertThat(space.makePresent(-PAGE, 2, R)).isZero();
    assertThat(space.makePresent(Area.ADDRESS_END, 1, R)).isZero();
    assertThat(space.pageTable().walk(-1L, R)).isZero();
    assertThat(space.populateAround(-1L, R, 64)).isZero();
    space.unmap(last, Area.ADDRESS_END);
    assertThat(memory.used()).isZero();
  }

  @Test
  void takenRightsAreGoneFromDevicesAndComeBackByFault() {
    recordInvalidations();
    space.map(Area.anonymous(BASE, BASE + 3 * PAGE, R | W));
    assertThat(space.makePresent(BASE, 3, W)).isEqualTo(3);
    space.protect(BASE + PAGE, BASE + 2 * PAGE, R);
    assertThat(space.areas()).hasSize(3);
    assertThat(invalidated).containsExactly("%x+1000".formatted(BASE + PAGE));
    assertThat(space.rights(BASE + PAGE)).isEqualTo(R);
    assertThat(space.makePresent(BASE + PAGE, 1, W)).isZero();
    space.protect(BASE + PAGE, BASE + 2 * PAGE, R | W);
    assertThat(space.areas()).hasSize(1);
    assertThat(space.makePresent(BASE + PAGE, 1, W)).isEqualTo(1);
    assertThat(invalidated).hasSize(1);
    assertThat(space.statistics().copyOnWrites()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> space.protect(BASE, BASE + 4 * PAGE, R))
        .withMessageContaining("%x".formatted(BASE + 3 * PAGE));
  }

  @Test
  void unmapInvalidatesBeforeFramesAreFree() {
    space.map(Area.anonymous(BASE, BASE + 600 * PAGE, R | W));
    assertThat(space.makePresent(BASE, 600, W)).isEqualTo(600);
    space.addInvalidator((address, bytes) -> {
      invalidated.add("%x+%x".formatted(address, bytes));
      assertThat(memory.used()).isEqualTo(600);
      assertThat(space.isPresent(BASE + 5 * PAGE)).isFalse();
    });
    space.unmap(BASE + PAGE, BASE + 599 * PAGE);
    assertThat(invalidated).hasSize(1);
    assertThat(memory.used()).isEqualTo(2);
    assertThat(space.areas()).hasSize(2);
    space.unmap(BASE + PAGE, BASE + 599 * PAGE);
    assertThat(invalidated).as("nothing was present").hasSize(1);
  }

  @Test
  void presentPagesAreNotCountedAsFaults() {
    space.map(Area.anonymous(BASE, BASE + PAGE, R | W));
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    AddressSpaceStatistics before = space.statistics();
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(space.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(space.statistics()).isEqualTo(before);
  }

  @Test
  void l99AroundIsClippedToTheAreaAndSkipsWhatIsThere() {
    space.map(Area.anonymous(BASE + 2 * PAGE, BASE + 12 * PAGE, R | W));
    assertThat(space.makePresent(BASE + 4 * PAGE, 2, W)).isEqualTo(2);
    assertThat(space.populateAround(BASE + 4 * PAGE, W, 8)).isEqualTo(4);
    assertThat(space.isPresent(BASE + 7 * PAGE)).isTrue();
    assertThat(space.isPresent(BASE + 8 * PAGE)).isFalse();
    assertThat(space.populateAround(BASE + 4 * PAGE, W, 8)).isZero();
    assertThat(space.statistics().aroundPages()).isEqualTo(4);
    assertThat(space.statistics().minorFaults()).isEqualTo(2);
  }

  @Test
  void l99AroundAWriteCopiesNoFilePages() {
    space.map(Areas.file(BASE, BASE + 8 * PAGE, R | W, false, "f", 0, 8 * PAGE));
    assertThat(space.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(space.populateAround(BASE, W, 8)).isZero();
    assertThat(space.populateAround(BASE, R, 8)).isEqualTo(7);
    assertThat(space.rights(BASE + PAGE)).isEqualTo(R);
  }

  @Test
  void costsArePassedToTheDelay() {
    List<Long> passed = new ArrayList<>();
    SimulatedAddressSpace slow =
        new SimulatedAddressSpace(
            "slow",
            memory,
            Settings.DEFAULT.withCosts(new FaultCosts(1, 20, 300, 4000), passed::add));
    slow.map(Area.anonymous(BASE, BASE + PAGE, R | W));
    slow.map(Areas.file(2 * BASE, 2 * BASE + PAGE, R | W, false, "f", 0, PAGE));
    assertThat(slow.makePresent(BASE, 1, R)).isEqualTo(1);
    assertThat(slow.makePresent(BASE, 1, W)).isEqualTo(1);
    assertThat(slow.makePresent(2 * BASE, 1, R)).isEqualTo(1);
    assertThat(slow.makePresent(2 * BASE, 1, W)).isEqualTo(1);
    assertThat(passed).containsExactly(1L, 300L, 20L);
  }

  @Test
  void distinctPagesAreCountedOnce() {
    space.map(Area.anonymous(BASE, BASE + 8 * PAGE, R | W));
    assertThat(space.makePresent(BASE, 2, R)).isEqualTo(2);
    assertThat(space.makePresent(BASE, 2, W)).isEqualTo(2);
    assertThat(space.populateAround(BASE, W, 4)).isEqualTo(2);
    assertThat(space.statistics().distinctPages()).isEqualTo(2);
    assertThat(space.pageTable().walk(BASE + 2 * PAGE, W)).isEqualTo(R | W);
    assertThat(space.statistics().distinctPages()).isEqualTo(3);
  }
}
