package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.FakeAddressSpace.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same page for several groups: resolved once, answered to all.
class DuplicateFaultsTest extends EngineTest {
  private static final ResolvingHandler.Settings UNSHARED =
      new ResolvingHandler.Settings(false, 1, false);

  private final FakeAddressSpace space = new FakeAddressSpace();

  @Test
  void L96_aBurstOfOneFaultIsResolvedOnceAndAnsweredToAll() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, space.handler());
    for (int i = 0; i < 64; i++) {
      device.last(P, i, page(1));
    }

    queue.step(0, 64);

    assertThat(space.calls()).hasSize(1);
    assertThat(device.codes()).hasSize(64).containsOnly(SUCCESS);
    assertThat(device.count(FaultCounter.DUPLICATES)).isEqualTo(63);
  }

  @Test
  void L96_afterAFailureTheNextIdenticalFaultIsHandledAndNotFiltered() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, space.bad(page(1)).handler());
    for (int i = 0; i < 4; i++) {
      device.last(P, i, page(1));
    }

    queue.step(0, 2);
    space.good(page(1));
    queue.step(0, 2);

    assertThat(device.codes()).containsExactly(INVALID, INVALID, SUCCESS, SUCCESS);
    assertThat(space.calls()).hasSize(3);
  }

  @Test
  void L96_whatWasResolvedEarlierIsForgottenWhenALaterFaultComes() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, space.handler());
    device.last(P, 1, page(1));
    queue.step(0, 1);

    device.last(P, 2, page(1));
    queue.step(0, 1);

    assertThat(space.calls()).as("it may have been taken away meanwhile").hasSize(2);
  }

  @Test
  void L96_twoAddressSpacesShareNothing() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeAddressSpace other = new FakeAddressSpace();
    FakeDevice device = device(queue).handle(P, space.handler()).handle(OTHER, other.handler());
    device.batch().last(P, 1, page(1)).last(OTHER, 2, page(1)).last(P, 3, page(1)).report();

    queue.step(0, 3);

    assertThat(space.calls()).hasSize(1);
    assertThat(other.calls()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_L117_aPageInFlightIsResolvedOnceAndBothGroupsAreAnswered(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    ResolvingHandler handler = space.gate(page(1), gate).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(OTHER, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    two.batch().part(OTHER, 2, page(7)).part(OTHER, 2, page(1)).last(OTHER, 2, page(9)).report();
    Await.until("the second group is put aside", () -> two.count(FaultCounter.DELIVERED) == 1);
    assertThat(two.answers()).isEmpty();
    gate.open();
    first.await();

    settle(queue);
    assertThat(one.codes()).containsExactly(SUCCESS);
    assertThat(two.codes()).containsExactly(SUCCESS);
    assertThat(space.calls()).filteredOn(call -> call.address() == page(1)).hasSize(1);
    assertThat(space.calls()).extracting(Call::address).contains(page(7), page(9));
    assertThat(two.count(FaultCounter.DUPLICATES)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_ifThePageInFlightTurnsOutBadBothAreInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    ResolvingHandler handler = space.bad(page(1)).gate(page(1), gate).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    two.batch().part(P, 2, page(1)).last(P, 2, page(9)).report();
    Await.until("it is put aside", () -> two.count(FaultCounter.DELIVERED) == 1);
    gate.open();
    first.await();

    settle(queue);
    assertThat(one.codes()).containsExactly(INVALID);
    assertThat(two.codes()).containsExactly(INVALID);
    assertThat(space.calls()).extracting(Call::address).doesNotContain(page(9));
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_aGroupThatWaitsForAPageInFlightIsAnsweredWhenTheResolverThrowsLater(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    ResolvingHandler handler = space.throwing(page(9)).gate(page(1), gate).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    two.batch().part(P, 2, page(1)).last(P, 2, page(9)).report();
    Await.until("it is put aside", () -> two.count(FaultCounter.DELIVERED) == 1);
    gate.open();
    first.await();

    awaitAnswers(two, 1);
    awaitAnswers(one, 1);
    assertThat(two.codes()).containsExactly(INVALID);
    assertThat(one.codes()).as("its own page was fine").containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_theSettingOffResolvesTwiceAndWaitsForNobody(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeAddressSpace gated = space.gate(page(1), gate);
    ResolvingHandler handler = gated.handler(UNSHARED);
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    Task second = inBackground(queue, two.batch().last(P, 2, page(1)));
    Await.until("both are in the resolver", () -> space.calls().size() == 2);
    gate.open();
    first.await();
    second.await();

    settle(queue);
    assertThat(one.codes()).containsExactly(SUCCESS);
    assertThat(two.codes()).containsExactly(SUCCESS);
    assertThat(two.count(FaultCounter.DELIVERED)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_L21_aGroupThatWaitsForAPageInFlightCanBeRemoved(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    ResolvingHandler handler = space.gate(page(1), gate).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    two.last(P, 2, page(1));
    Await.until("it is put aside", () -> two.count(FaultCounter.DELIVERED) == 1);

    two.producer().remove();

    assertThat(two.codes()).containsExactly(INVALID);
    gate.open();
    first.await();
    settle(queue);
    assertThat(one.codes()).containsExactly(SUCCESS);
    assertThat(two.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q47_aWeakerPermissionInFlightIsNotEnough(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    ResolvingHandler handler = space.gate(page(1), gate).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task first = inBackground(queue, one.batch().last(P, 1, page(1), Access.READ));
    gate.awaitEntered();
    Task second = inBackground(queue, two.batch().last(P, 2, page(1), Access.WRITE));
    Await.until("both are in the resolver", () -> space.calls().size() == 2);
    gate.open();
    first.await();
    second.await();

    settle(queue);
    assertThat(two.count(FaultCounter.DELIVERED)).isZero();
    assertThat(two.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q47_L96_manyThreadsAndDevicesOnFewPagesAnswerEverything(WorkerKind kind) {
    FaultQueue queue = open(kind);
    ResolvingHandler handler = space.bad(page(3)).handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    Task other = Task.start(() -> storm(two));
    storm(one);
    other.await();

    settle(queue);
    assertThat(one.codes()).hasSize(2_000);
    assertThat(two.codes()).hasSize(2_000);
    for (FakeDevice device : new FakeDevice[] {one, two}) {
      assertThat(device.answers())
          .allSatisfy(answer ->
              assertThat(answer.code()).isEqualTo(answer.address() == page(3) ? INVALID : SUCCESS));
    }
  }

  private static void storm(FakeDevice device) {
    for (int i = 0; i < 2_000; i++) {
      device.batch().part(P, i, page(8)).last(P, i, page(i % 5)).report();
    }
  }
}
