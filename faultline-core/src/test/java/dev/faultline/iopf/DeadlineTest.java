package dev.faultline.iopf;

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

/// The response deadline.
class DeadlineTest extends EngineTest {
  private static final long DEADLINE_NS = 1_000_000;

  private final List<OpenGroup> stuck = Collections.synchronizedList(new ArrayList<>());
  private final ManualClock clock = new ManualClock(5_000);

  private FaultQueue open(WorkerKind kind, boolean answersInvalid, long deadlineNs) {
    return open(
        kind,
        config ->
            config
                .clock(clock)
                .responseDeadlineNs(deadlineNs)
                .deadlineAnswersInvalid(answersInvalid)
                .listener(
                    new FaultListener() {
                      @Override
                      public void groupStuck(FaultProducer producer, OpenGroup group) {
                        stuck.add(group);
                      }
                    }));
  }

  private RecordingHandler keepOne(FaultQueue queue, FakeDevice device) {
    RecordingHandler handler = track(RecordingHandler.delivering());
    device.handle(P, handler);
    device.batch().part(P, 3, page(1)).last(P, 3, page(2), Access.WRITE).report();
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);
    return handler;
  }

  @ParameterizedTest
  @EnumSource
  void Q55_L95_afterTheDeadlineAStuckGroupIsToldOnceWithItsDetailsAndStaysOpen(WorkerKind kind) {
    FaultQueue queue = open(kind, false, DEADLINE_NS);
    FakeDevice device = device(queue);
    RecordingHandler handler = keepOne(queue, device);

    clock.advance(DEADLINE_NS - 1);
    queue.tick();
    assertThat(stuck).isEmpty();
    clock.advance(1);
    queue.tick();
    queue.tick();
    clock.advance(DEADLINE_NS);
    queue.tick();

    assertThat(stuck)
        .containsExactly(new OpenGroup("DELIVERED", P, 3, page(2), Access.WRITE, 2, 5_000));
    assertThat(device.count(FaultCounter.STUCK)).isEqualTo(1);
    assertThat(device.answers()).isEmpty();
    assertThat(handler.delivered().getFirst().respond(SUCCESS)).isEqualTo(RespondStatus.SENT);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q55_L95_thePolicyInvalidAnswersAndTheLateAnswerIsStale(WorkerKind kind) {
    FaultQueue queue = open(kind, true, DEADLINE_NS);
    FakeDevice device = device(queue);
    RecordingHandler handler = keepOne(queue, device);
    clock.advance(DEADLINE_NS / 2);
    device.last(P, 4, page(4));
    pump(queue);
    Await.until("the younger one is kept", () -> handler.delivered().size() == 2);

    clock.advance(DEADLINE_NS / 2);
    queue.tick();

    awaitAnswers(device, 1);
    assertThat(stuck).hasSize(1);
    assertThat(device.codes(3)).containsExactly(INVALID);
    assertThat(device.codes(4)).as("the younger one has time left").isEmpty();
    assertThat(device.count(FaultCounter.VOIDED_DEADLINE)).isEqualTo(1);
    assertThat(handler.delivered().getFirst().respond(SUCCESS)).isEqualTo(RespondStatus.STALE);
    assertThat(handler.delivered().getLast().respond(SUCCESS)).isEqualTo(RespondStatus.SENT);
  }

  @Test
  void Q55_aQueuedGroupCanBeStuckToo() {
    FaultQueue queue = open(WorkerKind.STEPPED, true, DEADLINE_NS);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 1, page(1));
    clock.advance(DEADLINE_NS);

    queue.tick();
    pump(queue);

    assertThat(stuck).extracting(OpenGroup::state).containsExactly("QUEUED");
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(handler.calls()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q55_aRunningGroupCanBeStuckToo(WorkerKind kind) {
    FaultQueue queue = open(kind, true, DEADLINE_NS);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    clock.advance(DEADLINE_NS);

    queue.tick();

    assertThat(device.codes()).containsExactly(INVALID);
    gate.open();
    reporter.await();
    settle(queue);
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(stuck).extracting(OpenGroup::state).containsExactly("RUNNING");
    assertThat(device.count(FaultCounter.STALE_ANSWERS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q55_L95_zeroIsOff(WorkerKind kind) {
    FaultQueue queue = open(kind, true, 0);
    FakeDevice device = device(queue);
    RecordingHandler handler = keepOne(queue, device);

    clock.advance(TimeUnit.DAYS.toNanos(300));
    queue.tick();

    assertThat(stuck).isEmpty();
    assertThat(device.answers()).isEmpty();
    handler.delivered().getFirst().respond(SUCCESS);
  }

  @Test
  void Q55_aQueueWithThreadsLooksAtItsDeadlinesItself() {
    FaultQueue queue =
        open(
            WorkerKind.ONE_THREAD,
            config ->
                config
                    .responseDeadlineNs(TimeUnit.MILLISECONDS.toNanos(2))
                    .deadlineAnswersInvalid(true));
    FakeDevice device = device(queue).handle(P, track(RecordingHandler.delivering()));

    device.last(P, 1, page(1));

    awaitAnswers(device, 1);
    assertThat(device.codes()).containsExactly(INVALID);
    assertThat(Invariants.threadsOf(queue)).hasSize(2);
  }
}
