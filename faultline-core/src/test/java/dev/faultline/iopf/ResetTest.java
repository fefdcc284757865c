package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ReportStatus.RESET;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A device reset starts a new generation: the old one's groups are voided and nobody answers them.
class ResetTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q33_L11_L35_aGroupOfTheOldGenerationIsSwallowedAndTheNewOneHasItsOwn(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler handler =
        track(
            RecordingHandler.doing(group -> {
              if (group.address(0) == page(1)) {
                gate.pass();
              }
              group.respond(SUCCESS);
            }));
    FakeDevice device = device(queue).handle(P, handler);
    Task reporter = inBackground(queue, device.batch().last(P, 7, page(1)));
    gate.awaitEntered();
    assertThat(device.producer().generation()).isZero();

    device.producer().reset();

    assertThat(device.producer().generation()).isEqualTo(1);
    assertThat(device.answers()).isEmpty();
    Task second = inBackground(queue, device.batch().last(P, 7, page(2)));
    gate.open();
    reporter.await();
    second.await();
    settle(queue);
    assertThat(device.answers())
        .singleElement()
        .satisfies(answer -> {
          assertThat(answer.address()).isEqualTo(page(2));
          assertThat(answer.code()).isEqualTo(SUCCESS);
        });
    assertThat(device.count(FaultCounter.VOIDED_RESET)).isEqualTo(1);
    assertThat(device.count(FaultCounter.STALE_ANSWERS)).isEqualTo(1);
  }

  @Test
  void Q33_L35_partialsAndQueuedGroupsOfTheOldGenerationAreDropped() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    device.batch().part(P, 1, page(1)).part(P, 2, page(2)).last(P, 2, page(3)).report();

    device.producer().reset();
    device.batch().last(P, 1, page(4)).report();
    pump(queue);

    assertThat(handler.onlyAddresses()).containsExactly(page(4));
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.DROPPED_RESET)).isEqualTo(1);
    assertThat(device.count(FaultCounter.VOIDED_RESET)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q33_aDeliveredGroupOfTheOldGenerationIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);

    device.producer().reset();

    assertThat(handler.delivered().getFirst().respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    assertThat(device.answers()).isEmpty();
    assertThat(device.last(P, 1, page(2))).isEqualTo(QUEUED);
    pump(queue);
    Await.until("the next one is kept", () -> handler.delivered().size() == 2);
    handler.delivered().getLast().respond(SUCCESS);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q33_L35_whatTheRingStillHoldsOfTheOldGenerationIsIgnored(WorkerKind kind) {
    FakeDevice device = new FakeDevice("d");
    List<ReportStatus> late = new ArrayList<>();
    RecordingHandler handler = handler();
    FaultQueue queue =
        open(
            kind,
            config ->
                config.lowLevelQueue((producer, pasid) ->
                    late.addAll(device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report())));
    attach(queue, device).handle(P, handler);

    device.producer().reset();

    assertThat(late).containsExactly(RESET, RESET);
    assertThat(RESET.answersLast()).isFalse();
    assertThat(device.count(FaultCounter.REFUSED_RESET)).isEqualTo(2);
    device.last(P, 1, page(3));
    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(3));
    assertThat(device.answers()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q33_L35_aResponseThatStillWaitsForTheResponderIsNotSentIntoTheNewGeneration(
      WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.busy(Integer.MAX_VALUE);
    device.last(P, 7, page(1));
    pump(queue);
    Await.until("the response waits", queue::hasUnsent);

    device.producer().reset();
    device.busy(0);
    device.last(P, 7, page(2));
    queue.tick();
    settle(queue);

    assertThat(device.answers()).extracting(FakeDevice.Answer::address).containsExactly(page(2));
  }

  @ParameterizedTest
  @EnumSource
  void Q33_stopMarkersOfTheOldGenerationAreForgotten(WorkerKind kind) throws Exception {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    device.batch().last(P, 0, 0, Access.NONE).report();

    device.producer().reset();

    assertThat(device.producer().awaitStopMarker(P, 0)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void Q33_resetAfterRemoveDoesNothing(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.producer().remove();

    device.producer().reset();

    assertThat(device.producer().generation()).isZero();
    assertThat(device.last(P, 1, page(1))).isEqualTo(ReportStatus.NOT_ATTACHED);
  }

  @ParameterizedTest
  @EnumSource
  void Q33_aDriverWhoseFlushThrowsLeavesNoOldGroupBehind(WorkerKind kind) {
    FakeDevice device = new FakeDevice("d");
    RecordingHandler handler = track(RecordingHandler.delivering());
    FaultQueue queue =
        open(
            kind,
            config ->
                config.lowLevelQueue((producer, pasid) -> {
                  throw new IllegalStateException("ring is broken");
                }));
    attach(queue, device).handle(P, handler);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);

    try {
      device.producer().reset();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("ring is broken");
    }

    assertThat(handler.delivered().getFirst().respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    assertThat(device.answers()).isEmpty();
    device.producer().remove();
  }

  @ParameterizedTest
  @EnumSource
  void L35_resetsBesideReportsKeepTheBooks(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    Task reporter =
        Task.start(() -> {
          for (int i = 0; i < 3_000; i++) {
            device.batch().part(P, i, page(i)).last(P, i, page(i)).report();
          }
        });
    for (int i = 0; i < 50; i++) {
      device.producer().reset();
      Thread.yield();
    }
    reporter.await();
    settle(queue);

    assertThat(device.producer().generation()).isEqualTo(50);
    assertThat(device.producer().statistics().imbalance()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void L28_L35_anAnswerToARefusedRequestThatAResetTakesBackIsCounted(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    device.busy(Integer.MAX_VALUE);
    assertThat(device.last(P, 7, page(1))).isEqualTo(ReportStatus.NO_HANDLER);
    assertThat(queue.hasUnsent()).isTrue();

    device.producer().reset();
    device.busy(0);
    queue.tick();

    assertThat(device.answers()).isEmpty();
    assertThat(queue.hasUnsent()).isFalse();
    assertThat(device.count(FaultCounter.RESPONSES_DROPPED)).isEqualTo(1);
  }
}
