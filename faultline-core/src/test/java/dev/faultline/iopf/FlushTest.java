package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.iopf.RecordingHandler.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Flush: when it returns, nothing of its scope that was in the system runs or will run.
class FlushTest extends EngineTest {
  private static final long LONG_NS = 10_000_000_000L;
  private static final long SHORT_NS = 20_000_000;

  @ParameterizedTest
  @EnumSource
  void Q60_partialsOfTheScopeAreDroppedWithoutAnswer(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler).handle(OTHER, handler);
    device.part(P, 1, page(1));
    device.part(OTHER, 1, page(2));

    device.producer().flush(P);

    assertThat(device.count(FaultCounter.DROPPED_FLUSH)).isEqualTo(1);
    assertThat(device.answers()).isEmpty();
    device.batch().last(P, 1, page(3)).last(OTHER, 1, page(4)).report();
    settle(queue);
    assertThat(handler.seen())
        .containsExactlyInAnyOrder(
            new Seen(P, 1, List.of(page(3))), new Seen(OTHER, 1, List.of(page(2), page(4))));
  }

  @ParameterizedTest
  @EnumSource
  void Q60_queuedGroupsOfTheScopeHaveRunWhenFlushReturns(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    Requests requests = device.batch();
    for (int i = 0; i < 500; i++) {
      requests.last(P, i, page(i));
    }
    requests.report();

    device.producer().flush(P);

    assertThat(handler.calls()).isEqualTo(500);
    assertThat(handler.running()).isZero();
    assertThat(device.codes()).hasSize(500).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q60_Q65_flushWaitsForARunningGroupOfItsScope(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    assertThat(device.producer().flush(P, SHORT_NS)).isFalse();
    assertThat(device.producer().flush(P, 0)).isFalse();
    assertThat(device.producer().flush(Pasid.ALL, SHORT_NS)).isFalse();
    gate.open();
    reporter.await();

    assertThat(device.producer().flush(P, LONG_NS)).isTrue();
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q60_Q65_flushWaitsForADeliveredGroupOfItsScope(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 1, page(1));
    pump(queue);
    Await.until("the group is kept", () -> handler.delivered().size() == 1);

    assertThat(device.producer().flush(P, SHORT_NS)).isFalse();
    handler.delivered().getFirst().respond(SUCCESS);

    assertThat(device.producer().flush(P, LONG_NS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void Q60_flushReturnsWhenTheRunningGroupHasEnded(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler handler = handler().gate(1, gate);
    FakeDevice device = device(queue).handle(P, handler);
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    Task flusher =
        Task.start(() -> {
          device.producer().flush(P);
          assertThat(handler.running()).isZero();
        });
    assertThat(flusher.isDone()).isFalse();

    gate.open();

    flusher.await();
    reporter.await();
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q60_L51_theFlushCallbackMayReportFaultsOfTheSameDeviceFirst(WorkerKind kind) {
    FakeDevice device = new FakeDevice("d");
    RecordingHandler handler = handler();
    List<Integer> scopes = new ArrayList<>();
    FaultQueue queue =
        open(
            kind,
            config ->
                config.lowLevelQueue((producer, pasid) -> {
                  scopes.add(pasid);
                  for (int i = 0; i < 100; i++) {
                    device.batch().part(P, i, page(i)).last(P, i, page(i)).report();
                  }
                  device.part(P, 200, page(200));
                }));
    attach(queue, device).handle(P, handler);
    device.part(P, 200, page(199));

    device.producer().flush(P);

    assertThat(scopes).containsExactly(P);
    assertThat(handler.calls()).isEqualTo(100);
    assertThat(device.codes()).hasSize(100).containsOnly(SUCCESS);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
    assertThat(device.count(FaultCounter.DROPPED_FLUSH)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void Q60_L29_L36_afterFlushNoFaultOfAnyStageReachesTheNextBinding(WorkerKind kind) {
    FakeDevice device = new FakeDevice("d");
    AtomicBoolean inRing = new AtomicBoolean(true);
    FaultQueue queue =
        open(
            kind,
            config ->
                config.lowLevelQueue((producer, pasid) -> {
                  if (inRing.getAndSet(false)) {
                    device.last(P, 2, page(2));
                  }
                }));
    Gate gate = gate();
    RecordingHandler before = handler().gate(5, gate);
    RecordingHandler after = handler();
    attach(queue, device).handle(P, before);
    Task runner = inBackground(queue, device.batch().last(P, 5, page(5)));
    gate.awaitEntered();
    device.part(P, 3, page(3));
    Task opener = Task.start(gate::open);
    if (kind == WorkerKind.STEPPED) {
      runner.await();
    }

    device.device.routes().remove(P);
    assertThat(device.producer().flush(P, LONG_NS) || device.producer().flush(P, LONG_NS)).isTrue();
    int ranBefore = before.calls();
    device.handle(P, after);
    device.last(P, 3, page(4));
    settle(queue);
    opener.await();
    runner.await();

    assertThat(before.calls()).isEqualTo(ranBefore);
    assertThat(after.seen()).containsExactly(new Seen(P, 3, List.of(page(4))));
    assertThat(device.answers()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource
  void Q61_L31_flushDoesNotWaitForAnotherPasidsStuckHandler(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(OTHER, handler().gate(1, gate)).handle(P, handler);
    FakeDevice bystander = device(queue).handle(P, handler);
    Task reporter = inBackground(queue, device.batch().last(OTHER, 1, page(1)));
    gate.awaitEntered();
    device.last(P, 2, page(2));
    bystander.last(P, 3, page(3));

    device.producer().flush(P);
    bystander.producer().flush(P);

    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(bystander.codes(3)).containsExactly(SUCCESS);
    assertThat(device.codes(1)).isEmpty();
    gate.open();
    reporter.await();
    settle(queue);
    assertThat(device.codes(1)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q61_L31_flushDoesNotWaitForAnotherDevicesStuckHandler(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice stuck = device(queue).handle(P, handler().gate(1, gate));
    FakeDevice device = device(queue).handle(P, handler());
    Task reporter = inBackground(queue, stuck.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    device.last(P, 2, page(2));

    device.producer().flush(Pasid.ALL);

    assertThat(device.codes(2)).containsExactly(SUCCESS);
    gate.open();
    reporter.await();
    settle(queue);
    assertThat(stuck.codes(1)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void Q61_L32_flushEndsUnderConstantLoad(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger reported = new AtomicInteger();
    Task reporter =
        Task.start(() -> {
          while (!stop.get()) {
            device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();
            reported.addAndGet(2);
          }
        });
    Await.until("the load runs", () -> reported.get() > 100);

    for (int i = 0; i < 20; i++) {
      int before = reported.get();
      device.producer().flush(P);
      assertThat(device.answerCount()).isGreaterThanOrEqualTo(before);
    }

    stop.set(true);
    reporter.await();
    device.producer().flush(P);
    assertThat(device.answerCount()).as("exhaustive at rest").isEqualTo(reported.get());
  }

  @Test
  void Q61_L32_flushDoesNotRunWhatCameAfterItBegan() {
    FakeDevice device = new FakeDevice("d");
    FaultQueue queue = open(WorkerKind.STEPPED);
    attach(queue, device);
    RecordingHandler handler =
        track(
            RecordingHandler.doing(group -> {
              device.last(P, group.groupIndex() + 1, page(1));
              group.respond(SUCCESS);
            }));
    device.handle(P, handler);
    device.last(P, 1, page(1));

    device.producer().flush(P);

    assertThat(handler.calls()).isEqualTo(1);
    assertThat(device.codes(1)).containsExactly(SUCCESS);
    device.producer().remove();
  }

  @ParameterizedTest
  @EnumSource
  void Q62_L52_flushesRemovesAndReportsOfOneDeviceInAllOrders(WorkerKind kind) {
    for (int round = 0; round < 60; round++) {
      FaultQueue queue = open(kind);
      FakeDevice device = device(queue).handle(P, handler());
      FaultProducer producer = device.producer();
      Requests requests = device.batch();
      for (int i = 0; i < 40; i++) {
        requests.part(P, i, page(i)).last(P, i, page(i));
      }
      int[] order = permutation(round % 24);
      Task.Body[] bodies = {
        () -> producer.flush(P, LONG_NS),
        () -> producer.flush(Pasid.ALL, LONG_NS),
        producer::remove,
        requests::report
      };
      List<Task> tasks = new ArrayList<>();
      for (int i : order) {
        tasks.add(Task.start(bodies[i]));
      }
      tasks.forEach(Task::await);
      assertThat(producer.isAttached()).isFalse();
      assertThat(queue.close(LONG_NS)).isTrue();
      Invariants.check(queue, List.of(device));
    }
  }

  private static int[] permutation(int n) {
    List<Integer> left = new ArrayList<>(List.of(0, 1, 2, 3));
    int[] order = new int[4];
    int rest = n;
    for (int i = 0; i < 4; i++) {
      order[i] = left.remove(rest % left.size());
      rest /= 4 - i;
    }
    return order;
  }

  @ParameterizedTest
  @EnumSource
  void Q64_L36_flushWithDiscardAnswersQueuedGroupsInvalidWithoutRunningThem(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler before = handler().gate(1, gate);
    FakeDevice device = device(queue).handle(P, before).handle(OTHER, before);
    // Both threads of a pool, and no thread of a stepped queue, must be kept from the queued ones.
    Gate second = gate();
    before.gate(2, second);
    Task one = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();
    Task two = null;
    if (kind == WorkerKind.TWO_THREADS) {
      two = inBackground(queue, device(queue).handle(P, before).batch().last(P, 2, page(2)));
      second.awaitEntered();
    }
    device.part(P, 3, page(3));
    if (kind != WorkerKind.CALLER) {
      device.last(P, 4, page(4));
      device.last(OTHER, 5, page(5));
    }

    Task flusher =
        Task.start(() -> {
          try {
            device.producer().flushDiscarding(P);
          } catch (IllegalStateException e) {
            // A stepped queue does not wait for what another thread runs.
            assertThat(kind).isEqualTo(WorkerKind.STEPPED);
            assertThat(e).hasMessageContaining("quiet");
          }
        });
    Await.until(
        "queued groups are answered",
        () -> kind == WorkerKind.CALLER || device.codes(4).equals(List.of(INVALID)));
    gate.open();
    second.open();
    flusher.await();
    one.await();
    if (two != null) {
      two.await();
    }

    assertThat(before.seen()).extracting(Seen::groupIndex).doesNotContain(4);
    assertThat(device.codes(1)).hasSize(1);
    assertThat(device.codes(3)).isEmpty();
    assertThat(device.count(FaultCounter.DROPPED_FLUSH)).isEqualTo(1);
    RecordingHandler after = handler();
    device.handle(P, after);
    settle(queue);
    assertThat(after.calls()).isZero();
    if (kind != WorkerKind.CALLER) {
      assertThat(device.codes(5)).as("another scope").containsExactly(SUCCESS);
      assertThat(device.count(FaultCounter.VOIDED_DISCARD)).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q64_flushWithDiscardTakesDeliveredGroupsAway(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler).handle(OTHER, handler);
    device.batch().last(P, 1, page(1)).last(OTHER, 2, page(2)).report();
    pump(queue);
    Await.until("both are kept", () -> handler.delivered().size() == 2);

    device.producer().flushDiscarding(P);

    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).isEmpty();
    for (DeliveredGroup kept : handler.delivered()) {
      kept.respond(SUCCESS);
    }
    assertThat(device.codes(1)).containsExactly(INVALID);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    assertThat(queue.statistics().count(FaultCounter.STALE_ANSWERS)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q66_L34_noPasidPasidZeroAndAPasidAreThreeScopes(WorkerKind kind) {
    int[] scopes = {Pasid.NONE, 0, P};
    for (int flushed : new int[] {Pasid.NONE, 0, P, Pasid.ALL}) {
      FaultQueue queue = open(kind);
      FakeDevice device = device(queue);
      RecordingHandler handler = track(RecordingHandler.delivering());
      for (int scope : scopes) {
        device.handle(scope, handler);
        device.part(scope, scope, page(1));
        device.last(scope, scope + 100, page(1));
      }
      pump(queue);
      Await.until("all are kept", () -> handler.delivered().size() == 3);

      device.producer().flushDiscarding(flushed);

      for (int scope : scopes) {
        boolean hit = flushed == Pasid.ALL || flushed == scope;
        assertThat(device.codes(scope + 100))
            .as("flush of %d, group of %d", flushed, scope)
            .hasSize(hit ? 1 : 0);
      }
      assertThat(device.producer().pendingPartials())
          .extracting(OpenGroup::pasid)
          .containsExactlyElementsOf(
              java.util.Arrays.stream(scopes)
                  .filter(scope -> flushed != Pasid.ALL && flushed != scope)
                  .boxed()
                  .toList());
    }
  }

  @Test
  void Q66_aScopeThatIsNoneIsRefused() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue);

    for (int scope : new int[] {-3, Pasid.MAX + 1, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> device.producer().flush(scope))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Integer.toString(scope));
    }
    assertThatThrownBy(() -> device.producer().flush(P, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void Q65_anEmptyScopeIsQuietAtOnceAlsoAfterRemoveAndClose(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);

    assertThat(device.producer().flush(P, 0)).isTrue();
    assertThat(device.producer().flush(Pasid.ALL, 0)).isTrue();
    device.producer().remove();
    assertThat(device.producer().flush(Pasid.ALL, 0)).isTrue();
    queue.close();
    assertThat(device.producer().flush(Pasid.ALL, 0)).isTrue();
  }

  @Test
  void Q63_onASteppedQueueAFlushThatCannotEndThrows() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, track(RecordingHandler.delivering()));
    device.last(P, 1, page(1));
    pump(queue);

    assertThatThrownBy(() -> device.producer().flush(P))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("quiet");
  }

  @Test
  void L28_onASteppedQueueAFlushWithDiscardThatCannotEndThrowsToo() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    device.last(P, 1, page(1));
    device.busy(Integer.MAX_VALUE);

    assertThatThrownBy(() -> device.producer().flushDiscarding(P))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("quiet");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void L53_aFlusherThatHoldsALockDoesNotNeedTheWorkerThatWantsIt(WorkerKind kind) {
    // The driver holds its binding lock while it flushes; the responder wants the same lock.
    Object bindings = new Object();
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.beforeAnswer(() -> {
      synchronized (bindings) {
        assertThat(Thread.holdsLock(bindings)).isTrue();
      }
    });
    Task reporter;
    synchronized (bindings) {
      reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
      Await.until("somebody has the group", () -> device.count(FaultCounter.GROUPS) == 1);
      // Bounded: the worker may stand in the responder, which is the driver's own doing.
      device.producer().flush(OTHER);
      device.producer().flush(P, SHORT_NS);
    }
    reporter.await();
    device.producer().flush(P);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L40_aWorkerBetweenLookUpAndUseIsWaitedForBeforeTheHandlerMayDie(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    RecordingHandler handler = handler().gate(1, gate);
    FakeDevice device = device(queue).handle(P, handler);
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    device.device.routes().remove(P);
    assertThat(device.producer().flush(P, SHORT_NS)).as("it is still in use").isFalse();
    gate.open();
    reporter.await();

    assertThat(device.producer().flush(P, LONG_NS)).isTrue();
    assertThat(handler.running()).isZero();
  }
}
