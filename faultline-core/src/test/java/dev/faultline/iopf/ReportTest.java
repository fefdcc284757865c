package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.BUSY;
import static dev.faultline.iopf.ReportStatus.LIMIT;
import static dev.faultline.iopf.ReportStatus.MALFORMED;
import static dev.faultline.iopf.ReportStatus.NOT_ATTACHED;
import static dev.faultline.iopf.ReportStatus.NO_HANDLER;
import static dev.faultline.iopf.ReportStatus.PARTIAL;
import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ReportStatus.STOP_MARKER;
import static dev.faultline.iopf.ReportStatus.UNSUPPORTED;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What `report` makes of one request: every row of the table in the specification's chapter
/// "Reporting".
class ReportTest extends EngineTest {
  private static final int MALFORMED_PASID = Pasid.MAX + 1;
  private static final long NON_CANONICAL = 1L << 60;
  private static final int UNKNOWN_ACCESS = 1 << 9;

  @ParameterizedTest
  @EnumSource
  void Q34_L6_anEventThatIsNoPageRequestIsUnsupported(WorkerKind kind) {
    List<Long> told = Collections.synchronizedList(new ArrayList<>());
    FaultQueue queue =
        open(
            kind,
            config ->
                config.listener(
                    new FaultListener() {
                      @Override
                      public void unrecoverableFault(
                          FaultProducer producer,
                          int requesterId,
                          int pasid,
                          long address,
                          int access) {
                        told.add(address);
                      }
                    }));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    assertThat(device.batch().unrecoverable(P, page(3)).report()).containsExactly(UNSUPPORTED);

    settle(queue);
    assertThat(told).containsExactly(page(3));
    assertThat(handler.calls()).isZero();
    assertThat(device.answers()).isEmpty();
    assertThat(device.count(FaultCounter.UNSUPPORTED)).isEqualTo(1);
    assertThat(device.count(FaultCounter.REQUESTS)).isZero();
  }

  @Test
  void L6_theOutcomesAreDistinct() {
    assertThat(UNSUPPORTED.answersLast()).isFalse();
    assertThat(QUEUED.answersLast()).isFalse();
    assertThat(NO_HANDLER.answersLast()).isTrue();
    assertThat(List.of(UNSUPPORTED, QUEUED, NO_HANDLER)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L19_aRemovedDeviceIsNotAttachedAndTheCallerAnswers(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.producer().remove();

    assertThat(device.part(P, 1, page(1))).isEqualTo(NOT_ATTACHED);
    assertThat(device.last(P, 1, page(2))).isEqualTo(NOT_ATTACHED);

    assertThat(NOT_ATTACHED.answersLast()).isFalse();
    assertThat(device.answers()).isEmpty();
    assertThat(device.count(FaultCounter.NOT_ATTACHED)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void Q4_aClosedQueueRefusesReportsWithAStatus(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    queue.close();

    assertThat(device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report())
        .containsExactly(NOT_ATTACHED, NOT_ATTACHED);
    assertThat(device.answers()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L37_aStopMarkerMakesNoGroupAndHasNoAnswer(WorkerKind kind) throws Exception {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    assertThat(device.producer().awaitStopMarker(P, 0)).isFalse();

    assertThat(device.batch().last(P, 1, 0, Access.NONE).report()).containsExactly(STOP_MARKER);

    settle(queue);
    assertThat(handler.calls()).isZero();
    assertThat(device.answers()).isEmpty();
    assertThat(device.count(FaultCounter.STOP_MARKERS)).isEqualTo(1);
    assertThat(device.producer().awaitStopMarker(OTHER, 0)).isFalse();
    assertThat(device.producer().awaitStopMarker(P, 0)).isTrue();
    assertThat(device.producer().awaitStopMarker(P, 0)).as("one wait takes it").isFalse();
  }

  @Test
  void L37_aStopMarkerWakesTheThreadThatWaitsForIt() {
    FaultQueue queue = open(WorkerKind.ONE_THREAD);
    FakeDevice device = device(queue);
    Task waiter =
        Task.start(() ->
            assertThat(device.producer().awaitStopMarker(P, TimeUnit.SECONDS.toNanos(15)))
                .isTrue());
    Await.until("the waiter waits", () -> waiter.thread().getState() == Thread.State.TIMED_WAITING);

    device.batch().last(P, 0, 0, Access.NONE).report();

    waiter.await();
  }

  @ParameterizedTest
  @EnumSource
  void L37_withoutAPasidTheBitsOfAStopMarkerAreAnOrdinaryRequest(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(Pasid.NONE, handler);

    assertThat(device.batch().last(Pasid.NONE, 1, page(1), Access.NONE).report())
        .containsExactly(QUEUED);

    settle(queue);
    assertThat(device.codes(1)).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.STOP_MARKERS)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void L37_readOrWriteMakesItARequestAgainButExecuteAndPrivilegedDoNot(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());

    assertThat(
            device
                .batch()
                .last(P, 1, page(1), Access.READ)
                .last(P, 2, page(1), Access.WRITE)
                .last(P, 3, page(1), Access.EXECUTE | Access.PRIVILEGED)
                .report())
        .containsExactly(QUEUED, QUEUED, STOP_MARKER);
    settle(queue);
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L5_aThousandPartialsAreNoGroupAndThenOneOfAThousandAndOne(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRequestsPerGroup(2000));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    Requests parts = device.batch();
    for (int i = 0; i < 1000; i++) {
      parts.part(P, 1, page(i));
    }

    assertThat(parts.reportOneByOne()).containsOnly(PARTIAL).hasSize(1000);

    settle(queue);
    assertThat(handler.calls()).isZero();
    assertThat(device.answers()).isEmpty();
    assertThat(device.count(FaultCounter.GROUPS)).isZero();
    assertThat(device.producer().statistics().pendingPartials()).isEqualTo(1000);

    assertThat(device.last(P, 1, page(1000))).isEqualTo(QUEUED);

    settle(queue);
    assertThat(handler.onlyAddresses()).hasSize(1001);
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L4_aPartialWithoutRoomDamagesItsGroup(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxPartialsPerDevice(2));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    assertThat(
            device
                .batch()
                .part(P, 1, page(1))
                .part(P, 2, page(2))
                .part(P, 2, page(3))
                .last(P, 2, page(4))
                .report())
        .containsExactly(PARTIAL, PARTIAL, LIMIT, LIMIT);

    settle(queue);
    assertThat(device.codes(2)).containsExactly(INVALID);
    assertThat(handler.calls()).isZero();
    assertThat(device.count(FaultCounter.REFUSED_LIMIT)).isEqualTo(1);
    assertThat(device.count(FaultCounter.REFUSED_DAMAGED)).isEqualTo(1);
    assertThat(device.count(FaultCounter.DROPPED_DAMAGED)).isEqualTo(1);
    assertThat(device.last(P, 1, page(5))).as("another group is whole").isEqualTo(QUEUED);
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L3_aGroupLargerThanTheCapIsDamagedAndTheNextOneIsClean(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRequestsPerGroup(3));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    assertThat(
            device
                .batch()
                .part(P, 1, page(1))
                .part(P, 1, page(2))
                .part(P, 1, page(3))
                .last(P, 1, page(4))
                .last(P, 1, page(5))
                .report())
        .containsExactly(PARTIAL, PARTIAL, LIMIT, LIMIT, QUEUED);

    settle(queue);
    assertThat(device.codes(1)).containsExactlyInAnyOrder(INVALID, SUCCESS);
    assertThat(handler.onlyAddresses()).containsExactly(page(5));
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L17_withoutAHandlerTheGroupHasOneInvalidAndLeavesNothing(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);

    assertThat(
            device
                .batch()
                .part(P, 1, page(1))
                .part(P, 1, page(2))
                .part(P, 1, page(3))
                .last(P, 1, page(4))
                .report())
        .containsExactly(PARTIAL, PARTIAL, PARTIAL, NO_HANDLER);

    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
    assertThat(device.count(FaultCounter.DROPPED_NO_HANDLER)).isEqualTo(3);
    assertThat(device.count(FaultCounter.REFUSED_NO_HANDLER)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q34_aFullQueueAnswersSuccessAtOnceAndDropsThePartials(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(1));
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 1, page(1));
    pump(queue);

    assertThat(device.batch().part(P, 2, page(2)).last(P, 2, page(3)).report())
        .containsExactly(PARTIAL, BUSY);

    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.DROPPED_BUSY)).isEqualTo(1);
    assertThat(device.count(FaultCounter.REFUSED_BUSY)).isEqualTo(1);
    Await.until("the first group is kept", () -> handler.delivered().size() == 1);
    handler.delivered().getFirst().respond(SUCCESS);
    settle(queue);
    assertThat(device.last(P, 2, page(4))).isEqualTo(QUEUED);
    pump(queue);
    Await.until("the second group is kept", () -> handler.delivered().size() == 2);
    assertThat(handler.seen().getLast().addresses()).containsExactly(page(4));
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L4_L25_afterTooManyBusyRetriesInARowTheAnswerIsInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(1).maxBusyRetries(3));
    FakeDevice device = device(queue).handle(P, track(RecordingHandler.delivering()));
    device.last(P, 1, page(1));

    for (int i = 0; i < 4; i++) {
      assertThat(device.last(P, 2, page(2))).isEqualTo(BUSY);
    }

    assertThat(device.codes(2)).containsExactly(SUCCESS, SUCCESS, SUCCESS, INVALID);
    assertThat(device.count(FaultCounter.REFUSED_BUSY_GIVEN_UP)).isEqualTo(1);
    assertThat(device.last(P, 3, page(3))).isEqualTo(BUSY);
    assertThat(device.codes(3)).as("another page has its own row").containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L4_aPageThatFoundRoomMeanwhileStartsItsRowOfBusyRetriesAgain(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(1).maxBusyRetries(2));
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);

    for (int round = 1; round <= 6; round++) {
      int kept = 2 * round - 1;
      device.last(P, 1, page(1));
      pump(queue);
      Await.until("the blocker is kept", () -> handler.delivered().size() == kept);
      device.last(P, 2, page(2));
      handler.delivered().getLast().respond(SUCCESS);
      settle(queue);
      assertThat(device.last(P, 2, page(2))).as("round %d", round).isEqualTo(QUEUED);
      pump(queue);
      Await.until("the retry is kept", () -> handler.delivered().size() == kept + 1);
      handler.delivered().getLast().respond(SUCCESS);
      settle(queue);
    }

    assertThat(device.codes(2)).containsOnly(SUCCESS).hasSize(12);
    assertThat(device.count(FaultCounter.REFUSED_BUSY_GIVEN_UP)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_L20_aMalformedLastRequestHasOneInvalidAndAPartialNone(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    assertThat(
            device
                .batch()
                .part(MALFORMED_PASID, 1, page(1))
                .last(MALFORMED_PASID, 2, page(1))
                .part(P, 3, NON_CANONICAL)
                .last(P, 4, NON_CANONICAL)
                .part(P, 5, page(1), UNKNOWN_ACCESS)
                .last(P, 6, page(1), UNKNOWN_ACCESS)
                .last(-5, 7, page(1))
                .report())
        .containsOnly(MALFORMED)
        .hasSize(7);

    settle(queue);
    assertThat(device.answered().keySet()).containsExactly(2, 4, 6, 7);
    assertThat(device.codes()).containsOnly(INVALID).hasSize(4);
    assertThat(handler.calls()).isZero();
    assertThat(device.count(FaultCounter.REFUSED_MALFORMED)).isEqualTo(7);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_bothHalvesOfTheCanonicalAddressSpaceAreAccepted(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.addressBits(48));
    FakeDevice device = device(queue).handle(P, handler());

    assertThat(
            device
                .batch()
                .last(P, 1, 0)
                .last(P, 2, (1L << 47) - 1)
                .last(P, 3, -1L << 47)
                .last(P, 4, -1L)
                .last(P, 5, 1L << 47)
                .last(P, 6, (-1L << 47) - 1)
                .report())
        .containsExactly(QUEUED, QUEUED, QUEUED, QUEUED, MALFORMED, MALFORMED);
    settle(queue);
  }

  @ParameterizedTest
  @EnumSource
  void L3_aMalformedLastRequestDoesNotLeaveItsPartialsToTheNextGroup(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    device.batch().part(P, 1, page(1)).last(P, 1, NON_CANONICAL).report();
    assertThat(device.codes(1)).containsExactly(INVALID);
    device.last(P, 1, page(2));

    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(2));
  }

  @ParameterizedTest
  @EnumSource
  void Q35_aBatchComesOutLikeItsRequestsOneByOne(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRequestsPerGroup(3).maxPartialsPerDevice(4));
    RecordingHandler batched = handler();
    RecordingHandler single = handler();
    FakeDevice one = device(queue).handle(P, batched).handle(Pasid.NONE, batched);
    FakeDevice two = device(queue).handle(P, single).handle(Pasid.NONE, single);

    assertThat(mixed(one.batch()).report()).isEqualTo(mixed(two.batch()).reportOneByOne());

    settle(queue);
    assertThat(batched.seen()).containsExactlyInAnyOrderElementsOf(single.seen());
    assertThat(one.answered()).isEqualTo(two.answered());
    for (FaultCounter counter : FaultCounter.values()) {
      assertThat(one.count(counter)).as(counter.name()).isEqualTo(two.count(counter));
    }
  }

  private static Requests mixed(Requests requests) {
    return requests
        .part(P, 1, page(1))
        .part(P, 1, page(2))
        .part(OTHER, 1, page(3))
        .last(P, 1, page(4))
        .last(OTHER, 1, page(5))
        .part(Pasid.NONE, 2, page(6))
        .part(Pasid.NONE, 2, page(7))
        .part(Pasid.NONE, 2, page(8))
        .last(P, 3, NON_CANONICAL)
        .last(P, 4, 0, Access.NONE)
        .unrecoverable(P, page(9))
        .last(Pasid.NONE, 2, page(10))
        .part(P, 5, page(11))
        .part(P, 5, page(12))
        .part(P, 6, page(13))
        .part(P, 6, page(14))
        .part(P, 6, page(15))
        .last(P, 6, page(16))
        .last(P, 5, page(17))
        .last(P, 7, page(18));
  }

  @ParameterizedTest
  @EnumSource
  void Q35_anEmptyBatchIsFine(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);

    device.producer().report(new PageRequestBuffer(1));

    assertThat(device.count(FaultCounter.REQUESTS)).isZero();
  }

  @Test
  void Q36_L105_partialsThatAreTooOldAreDroppedAndTheNextGroupStartsClean() {
    ManualClock clock = new ManualClock(1_000);
    FaultQueue queue =
        open(WorkerKind.STEPPED, config -> config.clock(clock).partialTimeoutNs(100));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    device.part(P, 1, page(1));
    clock.advance(60);
    device.part(P, 2, page(2));
    device.part(P, 1, page(3));
    clock.advance(60);

    queue.tick();

    assertThat(device.count(FaultCounter.DROPPED_TIMEOUT)).isEqualTo(2);
    device.last(P, 1, page(4));
    device.last(P, 2, page(5));
    settle(queue);
    assertThat(handler.seen())
        .extracting(RecordingHandler.Seen::addresses)
        .containsExactly(List.of(page(4)), List.of(page(2), page(5)));
    assertThat(device.answers()).hasSize(2);
  }

  @Test
  void Q36_aQueueWithThreadsLooksForOldPartialsItself() {
    FaultQueue queue =
        open(
            WorkerKind.ONE_THREAD,
            config -> config.partialTimeoutNs(TimeUnit.MILLISECONDS.toNanos(1)));
    FakeDevice device = device(queue).handle(P, handler());
    device.part(P, 1, page(1));

    Await.until("the partial is dropped", () -> device.count(FaultCounter.DROPPED_TIMEOUT) == 1);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
  }

  @Test
  void Q36_byDefaultPartialsNeverGrowTooOld() {
    ManualClock clock = new ManualClock(1);
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.clock(clock));
    FakeDevice device = device(queue).handle(P, handler());
    device.part(P, 1, page(1));
    clock.advance(TimeUnit.DAYS.toNanos(100));

    queue.tick();

    assertThat(device.producer().statistics().pendingPartials()).isEqualTo(1);
  }

  @Test
  void L4_aDamagedGroupStaysDamagedWhenThereWasNoRoomToMarkItAndRoomCameBack() {
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.maxPartialsPerDevice(1));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    assertThat(device.part(P, 1, page(1))).isEqualTo(PARTIAL);
    // As many damaged groups as the table can remember, and the one that is looked at.
    for (int i = 2; i <= 1025; i++) {
      assertThat(device.part(P, i, page(i))).isEqualTo(LIMIT);
    }
    assertThat(device.part(P, 5000, page(1))).isEqualTo(LIMIT);
    assertThat(device.last(P, 1, page(2))).isEqualTo(QUEUED);
    assertThat(device.last(P, 2, page(2))).isEqualTo(LIMIT);
    device.part(P, 5000, page(2));

    assertThat(device.last(P, 5000, page(3))).isEqualTo(LIMIT);

    assertThat(device.codes(5000)).containsExactly(INVALID);
    settle(queue);
  }

  @ParameterizedTest
  @EnumSource
  void L51_L55_theResponderMayReportForTheSameDevice(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    List<ReportStatus> nested = Collections.synchronizedList(new ArrayList<>());
    device.beforeAnswer(() -> {
      if (nested.isEmpty()) {
        nested.add(PARTIAL);
        nested.add(device.last(P, 2, page(2)));
      }
    });

    device.batch().last(OTHER, 1, page(1)).report();

    settle(queue);
    awaitAnswers(device, 2);
    assertThat(nested).containsExactly(PARTIAL, QUEUED);
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
  }
}
