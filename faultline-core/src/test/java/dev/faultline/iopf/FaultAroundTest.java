package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.FakeAddressSpace.Call;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Neighbours of a demanded page that are made present with it.
class FaultAroundTest extends EngineTest {
  private static final ResolvingHandler.Settings AROUND_16 =
      new ResolvingHandler.Settings(false, 16, true);

  private final FakeAddressSpace space = new FakeAddressSpace();

  @ParameterizedTest
  @EnumSource
  void Q43_L99_theAddressSpaceIsAskedForTheWindowAndClipsItItself(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler(AROUND_16));

    device.last(P, 1, page(5));

    settle(queue);
    assertThat(space.calls()).containsExactly(new Call(page(5), 1, Access.READ));
    assertThat(space.around()).containsExactly(new Call(page(5), 16, Access.READ));
    assertThat(device.count(FaultCounter.PAGES_AROUND)).isEqualTo(3);
    assertThat(device.count(FaultCounter.PAGES)).isEqualTo(1);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q43_aRunOverSeveralWindowsAsksForEach(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler(AROUND_16));
    Requests requests = device.batch();
    for (int i = 10; i < 39; i++) {
      requests.part(P, 1, page(i));
    }
    requests.last(P, 1, page(39)).report();

    settle(queue);
    assertThat(space.calls()).containsExactly(new Call(page(10), 30, Access.READ));
    assertThat(space.around())
        .extracting(Call::address)
        .containsExactly(page(10), page(16), page(32));
  }

  @ParameterizedTest
  @EnumSource
  void Q43_offByDefault(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.handler());

    device.last(P, 1, page(5));

    settle(queue);
    assertThat(space.around()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void L99_theNeighboursOfABadPageAreNotTouched(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.bad(page(5)).handler(AROUND_16));

    device.last(P, 1, page(5));

    settle(queue);
    assertThat(space.around()).isEmpty();
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void Q43_L99_aFailingNeighbourNeverFailsTheDemandedPage(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, space.aroundThrows().handler(AROUND_16));

    device.batch().part(P, 1, page(5)).last(P, 1, page(50)).report();

    settle(queue);
    assertThat(space.calls()).hasSize(2);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }
}
