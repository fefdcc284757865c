package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.NOT_ATTACHED;
import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The end of a queue.
class CloseTest extends EngineTest {
  private static final long LONG_NS = 10_000_000_000L;
  private static final long SHORT_NS = 30_000_000;

  @ParameterizedTest
  @EnumSource
  void Q4_L74_closeAnswersEverythingAndEndsAllThreads(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    List<FakeDevice> devices = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      FakeDevice device = device(queue).handle(P, handler);
      device.batch().part(P, 1, page(1)).last(P, 2, page(2)).last(P, 3, page(3)).report();
      devices.add(device);
    }
    pump(queue);
    Await.until("all are kept", () -> handler.delivered().size() == 10);

    queue.close();

    assertThat(queue.isClosed()).isTrue();
    assertThat(Invariants.threadsOf(queue)).isEmpty();
    assertThat(queue.producers()).isEmpty();
    for (FakeDevice device : devices) {
      assertThat(device.codes()).containsExactly(INVALID, INVALID);
      assertThat(device.last(P, 4, page(4))).isEqualTo(NOT_ATTACHED);
      assertThat(device.device.producer()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q4_closeWithATimeoutSaysWhetherTheRunningHandlerHasEnded(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    assertThat(queue.close(SHORT_NS)).as("while the handler runs").isFalse();
    assertThat(device.codes()).containsExactly(INVALID);
    gate.open();
    reporter.await();

    assertThat(queue.close(LONG_NS)).isTrue();
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void Q4_closeLetsTheRunningHandlerFinish(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler handler = handler().gate(1, gate);
    FakeDevice device = device(queue).handle(P, handler);
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    Task closer =
        Task.start(() -> {
          queue.close();
          assertThat(handler.running()).as("handlers after close").isZero();
        });
    Await.until("the device is off", () -> !device.producer().isAttached());

    gate.open();

    closer.await();
    reporter.await();
  }

  @ParameterizedTest
  @EnumSource
  void Q4_closeTwiceIsFineAndADeviceIsRefusedAfterwards(WorkerKind kind) {
    FaultQueue queue = open(kind);
    queue.close();
    queue.close();

    assertThatThrownBy(() -> queue.addDevice(new FakeDevice("late").device))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(queue.name())
        .hasMessageContaining("closed");
  }

  @ParameterizedTest
  @EnumSource
  void Q4_closeIfUnusedRefusesAndLeavesTheQueueWorkingWhileADeviceIsAttached(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());

    assertThat(queue.closeIfUnused()).isFalse();
    assertThat(queue.isClosed()).isFalse();
    assertThat(device.last(P, 1, page(1))).isEqualTo(QUEUED);
    settle(queue);
    assertThat(device.codes()).containsExactly(SUCCESS);
    device.producer().remove();

    assertThat(queue.closeIfUnused()).isTrue();
    assertThat(queue.isClosed()).isTrue();
    assertThat(Invariants.threadsOf(queue)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void Q4_L54_closeFromInsideAHandlerIsRefused(WorkerKind kind) {
    FaultQueue queue = open(kind);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  try {
                    queue.close(SHORT_NS);
                  } catch (IllegalStateException e) {
                    thrown.set(e);
                  }
                  group.respond(SUCCESS);
                });

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(thrown.get()).hasMessageContaining(queue.name());
    assertThat(device.codes()).containsExactly(SUCCESS);
    assertThat(queue.isClosed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void Q4_L54_closeFromInsideAHandlerThatRemovedItsDeviceIsRefusedToo(WorkerKind kind) {
    FaultQueue queue = open(kind);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    FakeDevice device = new FakeDevice("d");
    device.handle(
        P,
        group -> {
          device.producer().remove();
          try {
            queue.close(SHORT_NS);
          } catch (IllegalStateException e) {
            thrown.set(e);
          }
        });
    attach(queue, device);

    device.last(P, 1, page(1));
    pump(queue);
    awaitAnswers(device, 1);

    Await.until(
        "close was refused or has returned", () -> thrown.get() != null || queue.isClosed());
    assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void L69_closeBesideReportsAndAnswersEndsEveryGroupOnce(WorkerKind kind) {
    for (int round = 0; round < 40; round++) {
      FaultQueue queue = open(kind);
      FakeDevice device = device(queue);
      RecordingHandler handler = track(RecordingHandler.delivering());
      device.handle(P, handler);
      Task reporter =
          Task.start(() -> {
            for (int i = 0; i < 20; i++) {
              device.last(P, i, page(i));
            }
          });
      Task answerer =
          Task.start(() -> {
            for (int i = 0; i < 20; i++) {
              handler.delivered().forEach(kept -> kept.respond(SUCCESS));
              Thread.yield();
            }
          });
      assertThat(queue.close(LONG_NS)).isTrue();
      reporter.await();
      answerer.await();
      Await.until("late inline handlers have ended", () -> handler.running() == 0);
      Invariants.check(queue, List.of(device));
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q4_closeSendsTheResponsesThatStillWait(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.busy(1);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the responder was busy", () -> device.count(FaultCounter.RESPONDER_BUSY) == 1);

    queue.close();

    assertThat(device.codes()).containsExactly(SUCCESS);
  }
}
