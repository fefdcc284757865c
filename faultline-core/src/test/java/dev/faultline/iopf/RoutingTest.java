package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.NO_HANDLER;
import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which handler gets a group.
class RoutingTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q40_theHandlerIsFoundByDeviceAndPasid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler none = handler();
    RecordingHandler first = handler();
    RecordingHandler largest = handler();
    RecordingHandler elsewhere = handler();
    FakeDevice device =
        device(queue).handle(Pasid.NONE, none).handle(P, first).handle(Pasid.MAX, largest);
    FakeDevice other = device(queue).handle(P, elsewhere);

    device
        .batch()
        .last(Pasid.NONE, 1, page(1))
        .last(P, 2, page(2))
        .last(Pasid.MAX, 3, page(3))
        .report();
    other.last(P, 4, page(4));

    settle(queue);
    assertThat(none.onlyAddresses()).containsExactly(page(1));
    assertThat(first.onlyAddresses()).containsExactly(page(2));
    assertThat(largest.onlyAddresses()).containsExactly(page(3));
    assertThat(elsewhere.onlyAddresses()).containsExactly(page(4));
  }

  @ParameterizedTest
  @EnumSource
  void Q40_aDeliveredGroupIsAnsweredLaterFromAnyThreadOnce(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device
        .batch()
        .add(3, P, 9, page(1), Access.READ, false, 11, 12, 0)
        .add(3, P, 9, page(2), Access.WRITE, true, 13, 14, 0)
        .report();
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);
    DeliveredGroup kept = handler.delivered().getFirst();

    assertThat(kept.isOpen()).isTrue();
    assertThat(kept.size()).isEqualTo(2);
    assertThat(kept.pasid()).isEqualTo(P);
    assertThat(kept.groupIndex()).isEqualTo(9);
    assertThat(List.of(kept.address(0), kept.address(1))).containsExactly(page(1), page(2));
    assertThat(kept.access(1)).isEqualTo(Access.WRITE);
    assertThat(kept.privateData0(0)).isEqualTo(11);
    Task.start(
            () -> {
              assertThat(kept.respond(SUCCESS)).isEqualTo(RespondStatus.SENT);
              assertThat(kept.respond(INVALID)).isEqualTo(RespondStatus.STALE);
            })
        .await();

    assertThat(device.codes(9)).containsExactly(SUCCESS);
    assertThat(kept.isOpen()).isFalse();
    assertThatThrownBy(kept::pasid).isInstanceOf(IllegalStateException.class);
    assertThat(device.count(FaultCounter.DELIVERED)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void L94_anUnknownPasidGoesToTheDefaultHandlerOnlyIfTheDeviceSaysSo(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler none = handler();
    RecordingHandler exact = handler();
    FakeDevice device = device(queue).handle(Pasid.NONE, none).handle(P, exact);

    assertThat(device.last(OTHER, 1, page(1))).isEqualTo(NO_HANDLER);
    device.device.routes().setUnknownToDefault(true);
    assertThat(device.last(OTHER, 2, page(2))).isEqualTo(QUEUED);
    assertThat(device.last(P, 3, page(3))).isEqualTo(QUEUED);
    settle(queue);
    device.device.routes().setUnknownToDefault(false);
    assertThat(device.last(OTHER, 4, page(4))).isEqualTo(NO_HANDLER);

    assertThat(none.onlyAddresses()).containsExactly(page(2));
    assertThat(exact.onlyAddresses()).containsExactly(page(3));
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(device.codes(4)).containsExactly(INVALID);
  }

  @Test
  void L68_replacingAHandlerAnswersTheOldOnesGroupsInvalidAndRunsNoneOfThem() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler before = handler();
    RecordingHandler after = handler();
    FakeDevice device = device(queue).handle(P, before);
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();

    device.handle(P, after);
    device.last(P, 4, page(4));
    settle(queue);

    assertThat(before.calls()).isZero();
    assertThat(after.onlyAddresses()).containsExactly(page(4));
    assertThat(device.codes()).containsExactlyInAnyOrder(INVALID, INVALID, INVALID, SUCCESS);
    assertThat(device.count(FaultCounter.REBOUND)).isEqualTo(3);
  }

  @Test
  void L67_L68_flushBeforeTheHandlerIsReplacedLosesNothing() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler before = handler();
    FakeDevice device = device(queue).handle(P, before);
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();

    device.producer().flush(P);
    device.handle(P, handler());

    assertThat(before.calls()).isEqualTo(2);
    assertThat(device.codes()).containsExactly(SUCCESS, SUCCESS);
  }

  @Test
  void L36_L68_answersOfTheOldHandlersGroupsAreNotBookedToTheNewOne() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();

    device.handle(P, handler());
    device.producer().flushDiscarding(P);

    assertThat(device.codes()).containsExactly(INVALID, INVALID);
    assertThat(device.producer().statisticsByPasid())
        .singleElement()
        .satisfies(s -> assertThat(s.answered()).isZero());
  }

  @ParameterizedTest
  @EnumSource
  void L18_aPartialOfTheOldBindingNeverReachesTheNewOne(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler after = handler();
    FakeDevice device = device(queue).handle(P, handler());
    device.part(P, 1, page(1));

    device.device.routes().remove(P);
    device.producer().flush(P);
    device.handle(P, after);
    device.last(P, 1, page(2));

    settle(queue);
    assertThat(after.onlyAddresses()).containsExactly(page(2));
  }

  @ParameterizedTest
  @EnumSource
  void L67_reportBesideDetachAndReplaceNeverUsesAHandlerAfterItWasFlushed(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    Task reporter =
        Task.start(() -> {
          for (int i = 0; i < 2_000; i++) {
            device.batch().part(P, i & 3, page(1)).last(P, i & 3, page(2)).report();
          }
        });

    for (int round = 0; round < 50; round++) {
      DyingHandler handler = new DyingHandler();
      device.handle(P, handler);
      Thread.yield();
      device.device.routes().remove(P);
      device.producer().flush(P);
      handler.dead = true;
      assertThat(handler.usedAfterDeath).isFalse();
    }
    reporter.await();
    settle(queue);
    assertThat(device.codes()).hasSize(2_000);
  }

  private static final class DyingHandler implements FaultHandler {
    volatile boolean dead;
    volatile boolean usedAfterDeath;

    @Override
    public void handle(FaultGroup group) {
      if (dead) {
        usedAfterDeath = true;
        throw new AssertionError("the handler was flushed and is used again");
      }
      group.respond(SUCCESS);
    }
  }

  @Test
  void Q40_routesRefuseWhatIsNoPasid() {
    FaultRoutes routes = new FakeDevice("d").device.routes();

    assertThatThrownBy(() -> routes.set(Pasid.ALL, handler()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-2");
    assertThatThrownBy(() -> routes.set(Pasid.MAX + 1, handler()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1048576");
    assertThat(routes.remove(P)).isNull();
    assertThat(routes.get(P)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void Q11_attachingAndSettingHandlersComeInAnyOrder(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice handlerFirst = new FakeDevice("handler first").handle(P, handler);
    attach(queue, handlerFirst);
    FakeDevice queueFirst = device(queue).handle(P, handler);

    handlerFirst.last(P, 1, page(1));
    queueFirst.last(P, 2, page(2));

    settle(queue);
    assertThat(handlerFirst.codes(1)).containsExactly(SUCCESS);
    assertThat(queueFirst.codes(2)).containsExactly(SUCCESS);
  }

  @Test
  void Q11_handlersSurviveTheMoveToAnotherQueue() {
    FaultQueue one = open(WorkerKind.CALLER);
    FaultQueue two = open(WorkerKind.CALLER);
    RecordingHandler handler = handler();
    FakeDevice device = device(one).handle(P, handler);
    device.producer().remove();
    attach(two, device);

    assertThat(device.last(P, 1, page(1))).isEqualTo(QUEUED);
    assertThat(handler.calls()).isEqualTo(1);
  }
}
