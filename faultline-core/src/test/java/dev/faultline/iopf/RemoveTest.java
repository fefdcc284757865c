package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.NOT_ATTACHED;
import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Attaching a device to a queue and taking it off again.
class RemoveTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q10_aDeviceIsOnOneQueueAtMostAndTheMessageNamesBoth(WorkerKind kind) {
    FaultQueue one = open(kind);
    FaultQueue two = open(kind);
    FakeDevice device = device(one);

    assertThatThrownBy(() -> two.addDevice(device.device))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(one.name())
        .hasMessageContaining(two.name())
        .hasMessageContaining(device.device.name());
    assertThatThrownBy(() -> one.addDevice(device.device))
        .isInstanceOf(IllegalStateException.class);

    assertThat(device.producer().isAttached()).isTrue();
    assertThat(one.producers()).containsExactly(device.producer());
    assertThat(two.producers()).isEmpty();
  }

  @Test
  void Q10_aDeviceMustHaveANameAndAResponder() {
    assertThatThrownBy(() -> new FaultDevice("d", null, true))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("responder");
    assertThatThrownBy(() -> new FaultDevice(" ", response -> true, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void Q10_ofTwoThreadsThatAttachADeviceToTwoQueuesOneWins() {
    for (int i = 0; i < 100; i++) {
      FaultQueue one = open(WorkerKind.STEPPED);
      FaultQueue two = open(WorkerKind.STEPPED);
      FakeDevice device = new FakeDevice("d");
      List<FaultQueue> won = Collections.synchronizedList(new ArrayList<>());
      List<Task> tasks = new ArrayList<>();
      for (FaultQueue queue : List.of(one, two)) {
        tasks.add(
            Task.start(() -> {
              try {
                attach(queue, device);
                won.add(queue);
              } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("attached");
              }
            }));
      }
      tasks.forEach(Task::await);
      assertThat(won).hasSize(1);
      assertThat(won.getFirst().producers()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q20_L21_removeAnswersARunningGroupNowAndTheLateAnswerIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    FaultProducer producer = device.producer();

    producer.remove();

    assertThat(device.codes()).as("before the handler ends").containsExactly(INVALID);
    assertThat(producer.isAttached()).isFalse();
    gate.open();
    reporter.await();
    Await.until(
        "the late answer is counted",
        () -> producer.statistics().count(FaultCounter.STALE_ANSWERS) == 1);
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(device.count(FaultCounter.VOIDED_REMOVE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q20_aLateAnswerAfterRemoveIsCountedByTheQueueToo(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    FaultProducer producer = device.producer();
    producer.remove();
    gate.open();
    reporter.await();
    Await.until(
        "the late answer is counted",
        () -> producer.statistics().count(FaultCounter.STALE_ANSWERS) == 1);

    assertThat(queue.statistics().count(FaultCounter.STALE_ANSWERS)).isEqualTo(1);
  }

  @Test
  void Q20_L65_removeWithoutFlushAnswersQueuedGroupsAndRunsNoneOfThem() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    Requests requests = device.batch();
    for (int i = 0; i < 300; i++) {
      requests.part(P, i, page(i)).last(P, i, page(i));
    }
    requests.part(P, 999, page(1)).report();

    device.producer().remove();

    assertThat(device.codes()).hasSize(300).containsOnly(INVALID);
    assertThat(device.codes(999)).isEmpty();
    assertThat(device.count(FaultCounter.DROPPED_REMOVE)).isEqualTo(1);
    assertThat(queue.step(0, 100)).isZero();
    assertThat(handler.calls()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q20_L22_L64_removeTakesADeliveredGroupAwayAndItsAnswerIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);
    DeliveredGroup kept = handler.delivered().getFirst();

    device.producer().remove();

    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(kept.isOpen()).isFalse();
    assertThatThrownBy(() -> kept.address(0)).isInstanceOf(IllegalStateException.class);
    assertThat(kept.respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void L64_aStaleHandleNeverTouchesTheGroupThatUsesItsSlotNext(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice first = device(queue).handle(P, handler);
    first.last(P, 1, page(1));
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);
    DeliveredGroup old = handler.delivered().getFirst();
    first.producer().remove();

    FakeDevice second = device(queue).handle(P, handler);
    for (int i = 0; i < 50; i++) {
      second.last(P, i, page(i));
    }
    pump(queue);
    Await.until("the new groups are kept", () -> handler.delivered().size() == 51);

    assertThat(old.respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    assertThat(second.answers()).isEmpty();
    for (DeliveredGroup kept : handler.delivered().subList(1, 51)) {
      assertThat(kept.respond(SUCCESS)).isEqualTo(RespondStatus.SENT);
    }
    assertThat(second.codes()).hasSize(50).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q20_L63_removeIsIdempotentInEveryState(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    FaultProducer producer = device.producer();
    device.part(P, 1, page(1));

    producer.remove();
    producer.remove();

    assertThat(producer.isAttached()).isFalse();
    assertThat(device.device.producer()).isNull();
    FaultQueue other = open(kind);
    attach(other, device);
    producer.remove();
    assertThat(device.producer().isAttached()).as("the new attachment stays").isTrue();
    assertThat(other.producers()).hasSize(1);
    assertThat(device.last(P, 1, page(2))).isEqualTo(QUEUED);
    settle(other);
  }

  @ParameterizedTest
  @EnumSource
  void Q20_L63_manyThreadsMayRemoveAtOnce(WorkerKind kind) {
    for (int i = 0; i < 50; i++) {
      FaultQueue queue = open(kind);
      FakeDevice device = device(queue).handle(P, handler());
      FaultProducer producer = device.producer();
      device.batch().part(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();
      List<Task> tasks = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        tasks.add(Task.start(producer::remove));
      }
      tasks.forEach(Task::await);
      assertThat(queue.producers()).isEmpty();
      queue.close();
      Invariants.check(queue, List.of(device));
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q21_L62_theOldAttachmentsGroupsNeverTouchTheNewOne(WorkerKind kind) {
    FaultQueue one = open(kind);
    FaultQueue two = open(kind);
    Gate gate = gate();
    RecordingHandler handler = handler().gate(1, gate);
    FakeDevice device = device(one).handle(P, handler);
    FaultProducer old = device.producer();
    Task reporter = inBackground(one, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    device.part(P, 2, page(9));

    old.remove();
    attach(two, device);
    FaultProducer now = device.producer();
    device.last(P, 2, page(2));
    settle(two);
    gate.open();
    reporter.await();
    settle(one);

    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(handler.seen().getLast().addresses()).containsExactly(page(2));
    assertThat(now.statistics().count(FaultCounter.REQUESTS)).isEqualTo(1);
    assertThat(now.statistics().count(FaultCounter.STALE_ANSWERS)).isZero();
    assertThat(now.statistics().count(FaultCounter.ANSWERED_INVALID)).isZero();
    Await.until(
        "the late answer is counted",
        () -> old.statistics().count(FaultCounter.STALE_ANSWERS) == 1);
  }

  @ParameterizedTest
  @EnumSource
  void Q21_aReportThroughTheOldAttachmentIsRefusedAfterTheMove(WorkerKind kind) {
    FaultQueue one = open(kind);
    FaultQueue two = open(kind);
    FakeDevice device = device(one).handle(P, handler());
    FaultProducer old = device.producer();
    old.remove();
    attach(two, device);

    assertThat(device.batch().last(P, 1, page(1)).report(old)).containsExactly(NOT_ATTACHED);
    assertThat(device.batch().last(P, 2, page(1)).report()).containsExactly(QUEUED);

    settle(two);
    assertThat(device.answers()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void L61_L66_reportsBesideRemoveEndInOneAnswerOrAStatusThatSaysSo(WorkerKind kind) {
    for (int round = 0; round < 60; round++) {
      FaultQueue queue = open(kind);
      FakeDevice device = device(queue).handle(P, handler());
      List<ReportStatus> statuses = Collections.synchronizedList(new ArrayList<>());
      Task reporter =
          Task.start(() -> {
            for (int i = 0; i < 30; i++) {
              statuses.addAll(device.batch().part(P, i, page(i)).last(P, i, page(i)).report());
            }
          });
      if (round % 2 == 0) {
        Await.until("some came", () -> statuses.size() > 10);
      }
      device.producer().remove();
      reporter.await();

      assertThat(statuses).isSubsetOf(ReportStatus.PARTIAL, QUEUED, NOT_ATTACHED);
      queue.close();
      Invariants.check(queue, List.of(device));
    }
  }

  @ParameterizedTest
  @EnumSource
  void L21_handlersThatAnswerBesideRemoveGiveOneAnswer(WorkerKind kind) {
    for (int round = 0; round < 100; round++) {
      FaultQueue queue = open(kind);
      RecordingHandler handler = track(RecordingHandler.delivering());
      FakeDevice device = device(queue).handle(P, handler);
      for (int i = 0; i < 8; i++) {
        device.last(P, i, page(i));
      }
      pump(queue);
      Await.until("all are kept", () -> handler.delivered().size() == 8);
      Task answerer = Task.start(() -> handler.delivered().forEach(kept -> kept.respond(SUCCESS)));
      device.producer().remove();
      answerer.await();

      assertThat(device.answered().values()).containsOnly(1).hasSize(8);
      queue.close();
      Invariants.check(queue, List.of(device));
    }
  }

  @Test
  void Q22_aRecordThatIsTakenBackIsPoisonedWhenAssertionsAreOn() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    device.last(P, 1, page(1));
    FaultGroup slot = queue.context(0).slot;

    queue.step(0, 1);

    assertThat(GroupState.name(slot.stateWord())).isEqualTo("FREE");
    assertThat(slot.words[PageRequestBuffer.ADDRESS]).isEqualTo(0xDEAD_DEAD_DEAD_DEADL);
    PageRequestBuffer buffer = device.batch().last(P, 1, page(1)).toBuffer();
    buffer.poison();
    assertThat(buffer.address(0)).isEqualTo(0xDEAD_DEAD_DEAD_DEADL);
  }

  @Test
  void Q22_aSlotIsNotUsedAgainWhileItsHandleIsOpen() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    for (int i = 0; i < 20; i++) {
      device.last(P, i, page(i));
    }
    pump(queue);

    assertThat(handler.delivered())
        .extracting(DeliveredGroup::slot)
        .doesNotHaveDuplicates()
        .hasSize(20);
    assertThat(handler.delivered())
        .allSatisfy(kept -> assertThat(kept.address(0)).isEqualTo(page(kept.groupIndex())));
  }

  @Test
  void L59_theLockKnowsItsOwner() {
    ProducerLock lock = new ProducerLock();
    lock.lock();
    assertThat(lock.isHeldByCurrentThread()).isTrue();
    Task.start(
            () -> {
              assertThat(lock.isHeldByCurrentThread()).isFalse();
              assertThat(lock.tryLock()).isFalse();
              assertThatThrownBy(lock::unlock).isInstanceOf(AssertionError.class);
            })
        .await();
    assertThatThrownBy(lock::lock).isInstanceOf(IllegalMonitorStateException.class);
    lock.unlock();
    assertThat(lock.isHeldByCurrentThread()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void L53_theFirstReportOfADeviceBesideItsRemovalDoesNotDeadlock(WorkerKind kind) {
    FaultQueue queue = open(kind);
    for (int round = 0; round < 400; round++) {
      FakeDevice device = device(queue).handle(P, handler());
      FaultProducer producer = device.producer();
      Task reporter =
          Task.start(() ->
              assertThat(device.batch().last(P, 1, page(1)).report(producer))
                  .isSubsetOf(QUEUED, NOT_ATTACHED));
      if (round % 2 == 0) {
        Thread.yield();
      }
      producer.remove();
      reporter.await();
    }
    assertThat(queue.producers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void L73_removeBeforeAndAfterTheLastFaultInFlightLeavesNothing(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(1));
    for (boolean faultEndsFirst : new boolean[] {true, false, true, false}) {
      Gate gate = gate();
      FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
      Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
      gate.awaitEntered();
      if (faultEndsFirst) {
        gate.open();
        reporter.await();
        settle(queue);
        device.producer().remove();
      } else {
        device.producer().remove();
        gate.open();
        reporter.await();
      }
      assertThat(device.codes()).containsExactly(faultEndsFirst ? SUCCESS : INVALID);
      Await.until(
          "the group is over", () -> device.producers().getFirst().statistics().openGroups() == 0);
    }
    FakeDevice next = device(queue).handle(P, handler());
    assertThat(next.last(P, 1, page(1))).as("the capacity came back").isEqualTo(QUEUED);
    settle(queue);
  }
}
