package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.iopf.FakeAddressSpace.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the handler of an address space makes the pages of a group present.
class ResolvingHandlerTest extends EngineTest {
  private static final ResolvingHandler.Settings CONTINUE =
      new ResolvingHandler.Settings(true, 1, true);

  private final FakeAddressSpace space = new FakeAddressSpace();

  @ParameterizedTest
  @EnumSource
  void Q41_L9_stickyTheRestBehindABadPageIsNotHandled(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.bad(page(10)).handler());

    device.batch().part(P, 1, page(1)).part(P, 1, page(10)).last(P, 1, page(20)).report();

    settle(queue);
    assertThat(space.calls())
        .containsExactly(new Call(page(1), 1, Access.READ), new Call(page(10), 1, Access.READ));
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void Q41_L9_continueHandlesTheRestTooAndAnswersOneInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.bad(page(10)).handler(CONTINUE));

    device.batch().part(P, 1, page(1)).part(P, 1, page(10)).last(P, 1, page(20)).report();

    settle(queue);
    assertThat(space.calls())
        .containsExactly(
            new Call(page(1), 1, Access.READ),
            new Call(page(10), 1, Access.READ),
            new Call(page(20), 1, Access.READ));
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void Q41_aBadPageInsideARunEndsTheRunThere(boolean continueAfterError) {
    FaultQueue queue = open(WorkerKind.CALLER);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                space
                    .bad(page(2))
                    .handler(new ResolvingHandler.Settings(continueAfterError, 1, true)));

    device
        .batch()
        .part(P, 1, page(1))
        .part(P, 1, page(2))
        .part(P, 1, page(3))
        .last(P, 1, page(4))
        .report();

    List<Call> expected = new ArrayList<>(List.of(new Call(page(1), 4, Access.READ)));
    if (continueAfterError) {
      expected.add(new Call(page(3), 2, Access.READ));
    }
    assertThat(space.calls()).isEqualTo(expected);
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(device.count(FaultCounter.PAGES)).isEqualTo(continueAfterError ? 4 : 2);
  }

  @ParameterizedTest
  @EnumSource
  void Q42_L10_theErrorStaysWithItsGroup(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.bad(page(1)).handler());

    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();

    settle(queue);
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(device.codes(3)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q43_runsOfAdjacentPagesWithOnePermissionAreOneCall(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler());

    device
        .batch()
        .part(P, 1, page(1) + 0x10)
        .part(P, 1, page(2) + 0xfff)
        .part(P, 1, page(3))
        .part(P, 1, page(4), Access.WRITE)
        .part(P, 1, page(6), Access.WRITE)
        .part(P, 1, page(5), Access.WRITE)
        .part(P, 1, page(6), Access.NONE)
        .last(P, 1, page(6), Access.WRITE)
        .report();

    settle(queue);
    assertThat(space.calls())
        .containsExactly(
            new Call(page(1), 3, Access.READ),
            new Call(page(4), 1, Access.WRITE),
            new Call(page(6), 1, Access.WRITE),
            new Call(page(5), 1, Access.WRITE));
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.PAGES)).isEqualTo(6);
    assertThat(device.count(FaultCounter.DUPLICATES)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void Q43_theLastPageOfTheAddressSpaceHasNoNeighbour(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.addressBits(64));
    FakeDevice device =
        device(queue).handle(P, space.handler(new ResolvingHandler.Settings(false, 16, true)));

    device.batch().part(P, 1, -4096L).last(P, 1, 0L).report();

    settle(queue);
    assertThat(space.calls())
        .containsExactly(new Call(-4096L, 1, Access.READ), new Call(0L, 1, Access.READ));
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q44_theSamePageInOneGroupIsResolvedOnce(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler());

    device
        .batch()
        .part(P, 1, page(1))
        .part(P, 1, page(1) + 8)
        .part(P, 1, page(2))
        .part(P, 1, page(1))
        .last(P, 1, page(2))
        .report();

    settle(queue);
    assertThat(space.calls().stream().mapToInt(Call::pages).sum()).isEqualTo(2);
    assertThat(device.count(FaultCounter.DUPLICATES)).isEqualTo(3);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q44_aStrongerPermissionIsAskedForAndAWeakerOneIsNot(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler());

    device
        .batch()
        .part(P, 1, page(1), Access.READ)
        .part(P, 1, page(1), Access.READ | Access.WRITE)
        .part(P, 1, page(1), Access.EXECUTE)
        .last(P, 1, page(1), Access.WRITE)
        .report();

    settle(queue);
    assertThat(space.calls())
        .extracting(Call::access)
        .containsExactly(Access.READ, Access.READ | Access.WRITE, Access.EXECUTE);
  }

  @ParameterizedTest
  @EnumSource
  void L7_aResolverThatThrowsIsOneInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.throwing(page(2)).handler());

    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).last(P, 2, page(5)).report();

    settle(queue);
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L101_oneDeadAddressSpaceAmongTenFailsAlone(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    List<FakeAddressSpace> spaces = new ArrayList<>();
    Requests requests = device.batch();
    for (int pasid = 0; pasid < 10; pasid++) {
      FakeAddressSpace one = new FakeAddressSpace();
      if (pasid == 4) {
        one.bad(page(1));
      }
      spaces.add(one);
      device.handle(pasid, one.handler());
      requests.last(pasid, pasid, page(1));
    }
    requests.report();

    settle(queue);
    for (int pasid = 0; pasid < 10; pasid++) {
      assertThat(device.codes(pasid)).containsExactly(pasid == 4 ? INVALID : SUCCESS);
      assertThat(spaces.get(pasid).calls()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void L26_aPageThatWasTakenAwayBeforeTheRetryIsResolvedAgain(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler());
    device.last(P, 1, page(1));
    settle(queue);

    device.last(P, 1, page(1));
    settle(queue);

    assertThat(space.calls()).hasSize(2);
    assertThat(device.codes()).containsExactly(SUCCESS, SUCCESS);
  }

  @Test
  void Q43_aFaultAroundThatIsNoPowerOfTwoIsRefused() {
    for (int window : new int[] {0, -1, 3, 1 << 17}) {
      assertThatThrownBy(() -> new ResolvingHandler.Settings(false, window, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Integer.toString(window));
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q43_runsFollowThePageSizeOfTheQueue(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.pageShift(16));
    FakeDevice device = device(queue).handle(P, space.handler());

    device.batch().part(P, 1, 0x10_0000).part(P, 1, 0x10_f000).last(P, 1, 0x11_0000).report();

    settle(queue);
    assertThat(space.calls().stream().mapToInt(Call::pages).sum()).isEqualTo(2);
    assertThat(device.count(FaultCounter.DUPLICATES)).isEqualTo(1);
  }
}
