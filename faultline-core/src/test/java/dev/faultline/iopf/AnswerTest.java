package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.FAILURE;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.iopf.FakeDevice.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The one answer of a group: what it says, who sends it, and what happens to every other one.
class AnswerTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q50_aSecondAnswerInsideTheHandlerIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<RespondStatus> statuses = Collections.synchronizedList(new ArrayList<>());
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  statuses.add(group.respond(SUCCESS));
                  statuses.add(group.respond(INVALID));
                });

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(statuses).containsExactly(RespondStatus.SENT, RespondStatus.STALE);
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(queue.statistics().count(FaultCounter.STALE_ANSWERS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q54_anAnswerFromAnotherThreadThanTheHandlersIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<RespondStatus> statuses = Collections.synchronizedList(new ArrayList<>());
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  Task.start(() -> statuses.add(group.respond(INVALID))).await();
                  statuses.add(group.respond(SUCCESS));
                });

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(statuses).containsExactly(RespondStatus.STALE, RespondStatus.SENT);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q54_aFlyweightKeptBeyondItsCallAnswersNothing(WorkerKind kind) {
    FaultQueue queue = open(kind);
    AtomicReference<FaultGroup> kept = new AtomicReference<>();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  group.respond(SUCCESS);
                  kept.set(group);
                });
    device.last(P, 1, page(1));
    settle(queue);

    Task.start(() -> assertThat(kept.get().respond(FAILURE)).isEqualTo(RespondStatus.STALE))
        .await();

    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q54_L22_L23_aHandleAnswersOnceHoweverManyThreadsTry(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    for (int i = 0; i < 200; i++) {
      device.last(P, i, page(i));
    }
    pump(queue);
    Await.until("all are kept", () -> handler.delivered().size() == 200);
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger stale = new AtomicInteger();
    Task.Body answerAll =
        () -> {
          for (DeliveredGroup kept : handler.delivered()) {
            (kept.respond(SUCCESS) == RespondStatus.SENT ? sent : stale).incrementAndGet();
          }
        };

    Task one = Task.start(answerAll);
    Task two = Task.start(answerAll);
    one.await();
    two.await();

    assertThat(sent).hasValue(200);
    assertThat(stale).hasValue(200);
    assertThat(device.answerCount()).isEqualTo(200);
    assertThat(queue.statistics().count(FaultCounter.STALE_ANSWERS)).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void Q51_L14_theResponseCarriesIndexAddressAndPrivateDataBitForBit(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    long[] data = {0, -1, 0x0123_4567_89ab_cdefL, Long.MIN_VALUE, 0};

    Requests requests = device.batch();
    for (int i = 0; i < data.length; i++) {
      requests.add(2, P, i - 2, page(9), Access.READ, false, 5, 6, 0);
      requests.add(2, P, i - 2, page(i) + 0xabc, Access.READ, true, data[i], ~data[i], 0);
    }
    requests.report();

    settle(queue);
    List<Answer> expected = new ArrayList<>();
    for (int i = 0; i < data.length; i++) {
      expected.add(new Answer(2, P, P, i - 2, SUCCESS, page(i) + 0xabc, data[i], ~data[i]));
    }
    assertThat(device.answers()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void L14_aRecycledRecordShowsNothingOfItsFormerUse(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<Long> data = Collections.synchronizedList(new ArrayList<>());
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  for (int i = 0; i < group.size(); i++) {
                    data.add(group.privateData0(i));
                    data.add(group.privateData1(i));
                  }
                  group.respond(SUCCESS);
                });
    for (int i = 0; i < 300; i++) {
      device
          .batch()
          .add(1, P, 1, page(i), Access.ALL, false, -1, -1, 0)
          .add(1, P, 1, page(i), Access.ALL, true, -1, -1, 0)
          .report();
    }
    settle(queue);
    data.clear();

    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();

    settle(queue);
    assertThat(data).containsExactly(0L, 0L, 0L, 0L);
    assertThat(device.answers().getLast().privateData0()).isZero();
    assertThat(device.answers().getLast().privateData1()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"true,7,7", "true,-1,-1", "false,7,-1", "false,-1,-1"})
  void Q51_L15_thePasidComesBackOnlyIfTheRequestHadOneAndTheDeviceNeedsIt(
      boolean deviceNeedsPasid, int requested, int answered) {
    for (WorkerKind kind : WorkerKind.values()) {
      FaultQueue queue = open(kind);
      FakeDevice device = attach(queue, new FakeDevice("d", deviceNeedsPasid));
      device.last(requested, 1, page(1));
      device.handle(requested, handler());
      device.batch().part(requested, 2, page(1)).last(requested, 2, page(2)).report();
      settle(queue);
      device.handle(requested, track(RecordingHandler.delivering()));
      device.last(requested, 3, page(3));
      pump(queue);
      device.producer().remove();

      awaitAnswers(device, 3);
      assertThat(device.answers())
          .as(kind.name())
          .allSatisfy(answer -> {
            assertThat(answer.pasid()).isEqualTo(answered);
            assertThat(answer.requestPasid()).isEqualTo(requested);
          })
          .extracting(Answer::code)
          .containsExactly(INVALID, SUCCESS, INVALID);
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q51_L24_theAnswerGoesToTheRequesterThatFaulted(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());

    device
        .batch()
        .add(0x100, P, 1, page(1), Access.READ, true, 0, 0, 0)
        .add(-2, P, 2, page(2), Access.READ, true, 0, 0, 0)
        .add(0x300, OTHER, 3, page(3), Access.READ, true, 0, 0, 0)
        .report();

    settle(queue);
    assertThat(device.answers())
        .extracting(Answer::groupIndex, Answer::requesterId)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(1, 0x100),
            org.assertj.core.groups.Tuple.tuple(2, -2),
            org.assertj.core.groups.Tuple.tuple(3, 0x300));
  }

  @ParameterizedTest
  @EnumSource
  void Q6_Q52_L7_whateverAHandlerThrowsIsOneInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<Throwable> failures =
        List.of(
            new IllegalStateException("x"),
            new Exception("checked"),
            new AssertionError("error"),
            new NoClassDefFoundError("gone"));
    AtomicInteger next = new AtomicInteger();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  Throwable failure = failures.get(next.getAndIncrement());
                  if (failure instanceof Error error) {
                    throw error;
                  }
                  throw (Exception) failure;
                })
            .handle(OTHER, handler());

    for (int i = 0; i < failures.size(); i++) {
      device.last(P, i, page(i));
      settle(queue);
    }
    device.last(OTHER, 9, page(9));

    settle(queue);
    assertThat(device.codes()).containsExactly(INVALID, INVALID, INVALID, INVALID, SUCCESS);
    assertThat(device.count(FaultCounter.HANDLER_ERRORS)).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void Q6_aHandlerThatThrowsAfterItsAnswerChangesNothing(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  group.respond(SUCCESS);
                  throw new IllegalStateException("too late");
                });

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.HANDLER_ERRORS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q6_aHandlerThatThrowsAfterItKeptTheGroupHasKeptIt(WorkerKind kind) {
    FaultQueue queue = open(kind);
    AtomicReference<DeliveredGroup> kept = new AtomicReference<>();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  kept.set(group.deliver());
                  throw new IllegalStateException("after delivery");
                });
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the handler has failed", () -> device.count(FaultCounter.HANDLER_ERRORS) == 1);

    assertThat(device.answers()).isEmpty();
    assertThat(kept.get().respond(SUCCESS)).isEqualTo(RespondStatus.SENT);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q6_aHandlerThatSaysNothingIsAnsweredInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, group -> {});

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(device.count(FaultCounter.HANDLER_SILENT)).isEqualTo(1);
  }

  private static final class Fatal extends VirtualMachineError {
    private static final long serialVersionUID = 1;
  }

  @Test
  void Q6_aFatalErrorIsAnsweredBeforeItGoesOnOnAStepByStepQueue() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new Fatal();
                });
    device.last(P, 1, page(1));

    assertThatThrownBy(() -> queue.step(0, 1)).isInstanceOf(Fatal.class);

    assertThat(device.codes()).containsExactly(INVALID);
  }

  @Test
  void Q6_aFatalErrorIsAnsweredBeforeItReachesTheReporterOfAnInlineQueue() {
    FaultQueue queue = open(WorkerKind.CALLER);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new Fatal();
                });
    device.owe(1);

    assertThatThrownBy(() -> device.last(P, 1, page(1))).isInstanceOf(Fatal.class);

    assertThat(device.codes()).containsExactly(INVALID);
  }

  @Test
  void Q6_aFatalErrorOnAnInlineQueueLeavesNoLastRequestOfTheBatchWithoutAnswer() {
    FaultQueue queue = open(WorkerKind.CALLER);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new Fatal();
                });
    device.owe(1);
    device.owe(2);
    device.owe(3);

    assertThatThrownBy(() ->
            device
                .batch()
                .last(OTHER, 1, page(1))
                .last(P, 2, page(2))
                .last(OTHER, 3, page(3))
                .report())
        .isInstanceOf(Fatal.class);

    assertThat(device.answered().keySet()).containsExactly(1, 2, 3);
  }

  @Test
  void Q6_aWorkerThreadSurvivesAFatalError() {
    FaultQueue queue = open(WorkerKind.ONE_THREAD);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new Fatal();
                })
            .handle(OTHER, handler());
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Invariants.threadsOf(queue)
        .forEach(thread -> thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e)));

    device.last(P, 1, page(1));
    Await.until("the error went on", () -> uncaught.size() == 1);
    device.last(OTHER, 2, page(2));

    settle(queue);
    assertThat(device.codes()).containsExactly(INVALID, SUCCESS);
    assertThat(uncaught.getFirst()).isInstanceOf(Fatal.class);
  }

  @ParameterizedTest
  @EnumSource
  void Q6_aListenerThatThrowsAnErrorEndsNoWorkerAndLosesNoGroup(WorkerKind kind) {
    AtomicBoolean broken = new AtomicBoolean(true);
    FaultQueue queue =
        open(
            kind,
            config ->
                config.listener(
                    new FaultListener() {
                      @Override
                      public boolean wantsAnswers() {
                        return true;
                      }

                      @Override
                      public void handlerFailed(FaultProducer producer, Throwable failure) {
                        fail();
                      }

                      @Override
                      public void groupAnswered(
                          FaultGroup group,
                          ResponseCode code,
                          long raisedNs,
                          long receivedNs,
                          long acceptedNs,
                          long takenNs,
                          long resolvedNs,
                          long answeredNs) {
                        fail();
                      }

                      private void fail() {
                        if (broken.get()) {
                          throw new AssertionError("listener");
                        }
                      }
                    }));
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new IllegalStateException("handler");
                })
            .handle(OTHER, handler());

    device.last(P, 1, page(1));
    settle(queue);
    device.last(OTHER, 2, page(2));
    settle(queue);
    broken.set(false);
    device.last(OTHER, 3, page(3));
    settle(queue);

    assertThat(device.codes()).containsExactly(INVALID, SUCCESS, SUCCESS);
    assertThat(queue.statistics().count(FaultCounter.LISTENER_ERRORS)).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void Q6_anExceptionOfAListenerIsCountedAndGoesNoFurther(WorkerKind kind) {
    FaultQueue queue =
        open(
            kind,
            config ->
                config.listener(
                    new FaultListener() {
                      @Override
                      public boolean wantsAnswers() {
                        return true;
                      }

                      @Override
                      public void groupAnswered(
                          FaultGroup group,
                          ResponseCode code,
                          long raisedNs,
                          long receivedNs,
                          long acceptedNs,
                          long takenNs,
                          long resolvedNs,
                          long answeredNs) {
                        throw new IllegalStateException("listener");
                      }
                    }));
    FakeDevice device = device(queue).handle(P, handler());

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(queue.statistics().count(FaultCounter.LISTENER_ERRORS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q52_L8_failureIsSentOnlyWhenTheHandlerAsksForIt(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device =
        device(queue)
            .handle(P, track(new RecordingHandler(group -> FAILURE)))
            .handle(OTHER, track(new RecordingHandler(group -> INVALID)));

    device.last(P, 1, page(1));
    device.last(OTHER, 2, page(2));
    device.last(OTHER, 3, page(3));

    settle(queue);
    assertThat(device.codes(1)).containsExactly(FAILURE);
    assertThat(device.codes(2)).as("and the device may go on").containsExactly(INVALID);
    assertThat(device.codes(3)).containsExactly(INVALID);
    assertThat(device.count(FaultCounter.ANSWERED_FAILURE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q53_L28_aBusyResponderIsAskedAgainAndNothingIsDropped(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<RespondStatus> statuses = Collections.synchronizedList(new ArrayList<>());
    FakeDevice device = device(queue).handle(P, group -> statuses.add(group.respond(SUCCESS)));
    device.busy(1);

    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();
    pump(queue);
    device.producer().flush(P);

    assertThat(statuses).containsExactlyInAnyOrder(RespondStatus.PENDING, RespondStatus.SENT);
    assertThat(device.codes()).containsExactly(SUCCESS, SUCCESS);
    assertThat(device.count(FaultCounter.RESPONDER_BUSY)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void Q53_L28_flushDoesNotReturnBeforeTheResponseHasLeft(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.busy(Integer.MAX_VALUE);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the response waits", queue::hasUnsent);

    assertThat(device.producer().flush(P, 20_000_000)).isFalse();
    assertThat(device.producer().flush(OTHER, 20_000_000)).as("another scope").isTrue();
    assertThat(device.answers()).isEmpty();
    device.busy(0);
    assertThat(device.producer().flush(P, 10_000_000_000L)).isTrue();

    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q53_L28_aBusyResponderDelaysTheAnswersOfRefusedRequestsToo(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    device.busy(3);

    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();
    device.producer().flush(P);

    assertThat(device.answers())
        .extracting(Answer::groupIndex, Answer::code)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(1, INVALID),
            org.assertj.core.groups.Tuple.tuple(2, INVALID));
  }

  @ParameterizedTest
  @EnumSource
  void L28_aResponderThatThrowsIsAskedAgain(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.throwing(2);

    device.last(P, 1, page(1));
    pump(queue);
    device.producer().flush(P);

    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(device.count(FaultCounter.RESPONDER_ERRORS)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void L28_aDeliveredGroupWhoseResponderIsBusyIsPendingAndLeavesOnce(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);
    device.busy(Integer.MAX_VALUE);
    DeliveredGroup kept = handler.delivered().getFirst();

    assertThat(kept.respond(FAILURE)).isEqualTo(RespondStatus.PENDING);
    assertThat(kept.respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    device.busy(0);
    device.producer().flush(P);

    assertThat(device.codes()).containsExactly(FAILURE);
  }

  @Test
  void Q53_aResponseThatWaitsIsSentByAStepOrATick() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    device.busy(1);
    device.last(P, 1, page(1));
    queue.step(0, 1);
    assertThat(device.answers()).isEmpty();
    queue.step(0, 0);
    assertThat(device.codes()).containsExactly(SUCCESS);

    device.busy(1);
    device.last(P, 2, page(2));
    queue.step(0, 1);
    queue.tick();

    assertThat(device.codes()).containsExactly(SUCCESS, SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L10_anErrorBelongsToItsGroupAndNotToTheWorker(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device =
        device(queue)
            .handle(
                P,
                track(
                    new RecordingHandler(group -> {
                      if (group.groupIndex() == 1) {
                        throw new IllegalStateException("bad");
                      }
                      return SUCCESS;
                    })));

    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();

    settle(queue);
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(device.codes(3)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L70_afterManyFaultsOfEveryKindNothingIsLeft(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.logLinesPerSecond(0));
    FakeDevice device =
        device(queue)
            .handle(
                P,
                track(
                    RecordingHandler.doing(group -> {
                      switch (group.groupIndex() % 4) {
                        case 0 -> group.respond(SUCCESS);
                        case 1 -> group.deliver().respond(SUCCESS);
                        case 2 -> throw new IllegalStateException("x");
                        default -> {}
                      }
                    })));
    for (int i = 0; i < 5_000; i++) {
      device.batch().part(P, i, page(i)).last(P, i, page(i)).last(OTHER, i, page(i)).report();
      if (i % 100 == 0) {
        settle(queue);
      }
    }
    settle(queue);
    int slots = queue.slots().length;
    for (int i = 0; i < 1_000; i++) {
      device.last(P, i, page(i));
      settle(queue);
    }

    assertThat(queue.slots().length).as("slots are used again").isEqualTo(slots);
    assertThat(device.producer().statistics().openGroups()).isZero();
    assertThat(device.producer().statistics().pendingPartials()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q42_groupsThatOverlapInTheHandlerKeepTheirOwnErrors(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();
    pump(queue);
    Await.until("all are kept", () -> handler.delivered().size() == 3);

    for (DeliveredGroup kept : handler.delivered()) {
      kept.respond(kept.groupIndex() == 2 ? INVALID : SUCCESS);
    }

    assertThat(device.codes(1)).containsExactly(SUCCESS);
    assertThat(device.codes(2)).containsExactly(INVALID);
    assertThat(device.codes(3)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L90_aResponderThatNeverTakesAnythingDoesNotHoldARetryForEver(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    FakeDevice other = device(queue).handle(P, handler());
    device.busy(Integer.MAX_VALUE);
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).last(OTHER, 3, page(3)).report();
    pump(queue);

    queue.tick();
    other.last(P, 4, page(4));
    pump(queue);

    awaitAnswers(other, 1);
    assertThat(other.codes()).containsExactly(SUCCESS);
    assertThat(device.answers()).isEmpty();
    device.busy(0);
    queue.tick();
    settle(queue);
    assertThat(device.answered()).hasSize(3);
  }
}
