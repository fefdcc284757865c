package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Flush from inside a handler never hangs (rule Q63).
class FlushFromHandlerTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q63_L54_flushOfTheRunningGroupsOwnScopeThrowsAtOnce(WorkerKind kind) {
    for (int scope : new int[] {P, Pasid.ALL}) {
      FaultQueue queue = open(kind);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      FakeDevice device = new FakeDevice("d");
      device.handle(
          P,
          group -> {
            try {
              device.producer().flush(scope);
            } catch (IllegalStateException e) {
              thrown.set(e);
            }
            group.respond(SUCCESS);
          });
      attach(queue, device);

      device.last(P, 1, page(1));

      settle(queue);
      assertThat(thrown.get()).hasMessageContaining("inside the handler");
      assertThat(device.codes()).containsExactly(SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q63_L54_aHandlerThatLetsTheExceptionGoIsAnsweredInvalid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = new FakeDevice("d");
    device.handle(P, group -> device.producer().flush(P));
    attach(queue, device);

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void Q63_L55_flushOfAnotherScopeRunsItsQueuedGroupsOnTheHandlersThread(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = new FakeDevice("d");
    FakeDevice neighbour = device(queue);
    RecordingHandler other = handler();
    neighbour.handle(P, other);
    device.handle(OTHER, other);
    device.handle(
        P,
        group -> {
          device.last(OTHER, 2, page(2));
          neighbour.last(P, 3, page(3));
          device.producer().flush(OTHER);
          neighbour.producer().flush(Pasid.ALL);
          assertThat(other.calls()).isEqualTo(2);
          group.respond(SUCCESS);
        });
    attach(queue, device);

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(device.codes(1)).containsExactly(SUCCESS);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(neighbour.codes(3)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q63_twoHandlersOfOneDeviceThatFlushEachOtherDoNotHang(WorkerKind kind) {
    crossFlush(kind, true);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_THREADS", "CALLER"})
  void Q63_handlersOfTwoDevicesThatFlushEachOtherDoNotHang(WorkerKind kind) {
    crossFlush(kind, false);
  }

  /// Two handlers, each inside its group, flush each other's scope: at least one must throw.
  private void crossFlush(WorkerKind kind, boolean oneDevice) {
    FaultQueue queue = open(kind);
    FakeDevice first = device(queue);
    FakeDevice second = oneDevice ? first : device(queue);
    CountDownLatch inside = new CountDownLatch(2);
    AtomicInteger thrown = new AtomicInteger();
    first.handle(P, meetAndFlush(inside, second, OTHER, thrown));
    second.handle(OTHER, meetAndFlush(inside, first, P, thrown));

    Task one = Task.start(() -> first.last(P, 1, page(1)));
    Task two = Task.start(() -> second.last(OTHER, 2, page(2)));
    if (kind == WorkerKind.TWO_THREADS) {
      // The second worker may be parked although the first one is inside a handler.
      FakeDevice idle = device(queue);
      Await.until(
          "both are inside",
          () -> {
            queue.signal(idle.producer().lane());
            return inside.getCount() == 0;
          });
    }
    one.await();
    two.await();

    Await.until(
        "both handlers have ended",
        () -> first.codes(1).size() == 1 && second.codes(2).size() == 1);
    assertThat(thrown.get()).isBetween(1, 2);
  }

  private static FaultHandler meetAndFlush(
      CountDownLatch inside, FakeDevice other, int scope, AtomicInteger thrown) {
    return group -> {
      inside.countDown();
      inside.await();
      try {
        // Bounded only so that a failure of this test ends: the circle must be found long before.
        if (!other.producer().flush(scope, 8_000_000_000L)) {
          throw new AssertionError("the flushes waited for each other");
        }
      } catch (IllegalStateException e) {
        thrown.incrementAndGet();
      }
      group.respond(SUCCESS);
    };
  }

  @ParameterizedTest
  @EnumSource
  void L55_aHandlerMayRemoveItsDeviceAndTheAnswerIsSentOnce(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = new FakeDevice("d");
    AtomicReference<RespondStatus> late = new AtomicReference<>();
    device.handle(
        P,
        group -> {
          device.producer().remove();
          late.set(group.respond(SUCCESS));
          throw new IllegalStateException("and then it fails");
        });
    attach(queue, device);

    device.last(P, 1, page(1));

    pump(queue);
    awaitAnswers(device, 1);
    Await.until("the handler has ended", () -> late.get() != null);
    assertThat(late.get()).isEqualTo(RespondStatus.STALE);
    assertThat(device.codes()).containsExactly(INVALID);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TWO_THREADS")
  void L54_theHandlersOfAnInnerFlushMayFlushToo(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = new FakeDevice("d");
    AtomicInteger refused = new AtomicInteger();
    device.handle(
        P,
        group -> {
          device.last(OTHER, 2, page(2));
          device.producer().flush(OTHER);
          group.respond(SUCCESS);
        });
    device.handle(
        OTHER,
        group -> {
          try {
            device.producer().flush(P, 8_000_000_000L);
          } catch (IllegalStateException e) {
            refused.incrementAndGet();
          }
          group.respond(SUCCESS);
        });
    attach(queue, device);

    Task.start(
            () -> {
              device.last(P, 1, page(1));
              pump(queue);
            })
        .await();

    settle(queue);
    assertThat(refused).as("the inner one would wait for the outer one").hasValue(1);
    assertThat(device.codes(1)).containsExactly(SUCCESS);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
  }
}
