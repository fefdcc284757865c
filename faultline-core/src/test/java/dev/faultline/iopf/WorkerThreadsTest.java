package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who runs the groups.
class WorkerThreadsTest extends EngineTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void Q2_workerThreadsAreNamedAfterTheQueueAndAreAsManyAsAskedFor(int count) {
    FaultQueue queue = open(FaultWorkers.threads(count), config -> config);

    List<Thread> threads = Invariants.threadsOf(queue);
    assertThat(threads)
        .extracting(Thread::getName)
        .containsExactlyInAnyOrderElementsOf(
            java.util.stream.IntStream.range(0, count)
                .mapToObj(n -> "iopf/" + queue.name() + "/" + n)
                .toList());
    assertThat(threads).allSatisfy(thread -> assertThat(thread.isDaemon()).isTrue());
    queue.close();
    assertThat(threads).allSatisfy(thread -> assertThat(thread.isAlive()).isFalse());
  }

  @Test
  void Q2_L106_aBurstStartsNoFurtherThreads() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 5_000; i++) {
      device.last(P, i, page(i));
    }
    assertThat(Invariants.threadsOf(queue)).hasSize(2);
    settle(queue);
  }

  @Test
  void Q2_inlineAndSteppedQueuesHaveNoThreads() {
    assertThat(Invariants.threadsOf(open(WorkerKind.CALLER))).isEmpty();
    assertThat(Invariants.threadsOf(open(WorkerKind.STEPPED))).isEmpty();
  }

  @Test
  void Q2_onAnInlineQueueTheReporterHasTheAnswerWhenReportReturns() {
    FaultQueue queue = open(WorkerKind.CALLER);
    Thread me = Thread.currentThread();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  assertThat(Thread.currentThread()).isSameAs(me);
                  group.respond(SUCCESS);
                });

    for (int i = 1; i <= 100; i++) {
      device.batch().part(P, i, page(i)).last(P, i, page(i)).report();
      assertThat(device.codes()).hasSize(i).containsOnly(SUCCESS);
    }
  }

  @Test
  void Q2_onAnInlineQueueTwoReportersOfOneDeviceDoNotWaitForEachOther() {
    FaultQueue queue = open(WorkerKind.CALLER);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task first = Task.start(() -> device.last(P, 1, page(1)));
    gate.awaitEntered();

    device.last(P, 2, page(2));

    assertThat(device.codes(2)).containsExactly(SUCCESS);
    gate.open();
    first.await();
  }

  @Test
  void Q2_onAnInlineQueueAHandlerMayReport() {
    FaultQueue queue = open(WorkerKind.CALLER);
    FakeDevice device = new FakeDevice("d");
    device.handle(
        P,
        group -> {
          if (group.groupIndex() < 5) {
            device.last(P, group.groupIndex() + 1, page(1));
          }
          group.respond(SUCCESS);
        });
    attach(queue, device);

    device.last(P, 1, page(1));

    assertThat(device.answered()).hasSize(5);
  }

  @Test
  void Q2_onlyASteppedQueueCanBeStepped() {
    FaultQueue queue = open(WorkerKind.ONE_THREAD);

    assertThatThrownBy(() -> queue.step(0, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(queue.name());
  }

  @Test
  void Q3_groupsOfTwoDevicesAreHandledAtTheSameTime() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);
    CountDownLatch both = new CountDownLatch(2);
    FaultHandler meet =
        group -> {
          both.countDown();
          assertThat(both.await(15, TimeUnit.SECONDS)).isTrue();
          group.respond(SUCCESS);
        };
    FakeDevice one = device(queue).handle(P, meet);
    FakeDevice two = device(queue).handle(P, meet);
    awaitParked(queue);

    one.last(P, 1, page(1));
    two.last(P, 2, page(2));

    settle(queue);
    assertThat(one.codes()).containsExactly(SUCCESS);
    assertThat(two.codes()).containsExactly(SUCCESS);
  }

  @Test
  void Q3_L31_aParkedWorkerIsWokenForTheNextGroupOfADeviceWhoseFirstOneIsStuck() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate)).handle(OTHER, handler());
    awaitParked(queue);
    device.last(P, 1, page(1));
    gate.awaitEntered();
    Await.until(
        "the other worker is parked",
        () ->
            Invariants.threadsOf(queue).stream()
                    .filter(thread -> thread.getState() == Thread.State.WAITING)
                    .count()
                >= 1);

    device.last(OTHER, 2, page(2));

    awaitAnswers(device, 1);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    gate.open();
  }

  @Test
  void Q3_L31_theSecondGroupOfABatchDoesNotWaitForTheStuckFirstOne() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate)).handle(OTHER, handler());
    awaitParked(queue);

    device.batch().last(P, 1, page(1)).last(OTHER, 2, page(2)).report();

    awaitAnswers(device, 1);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
    gate.open();
  }

  @Test
  void L60_noWakeUpIsLostBetweenParkingAndReporting() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);
    AtomicInteger handled = new AtomicInteger();
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  handled.incrementAndGet();
                  group.respond(SUCCESS);
                });
    for (int i = 1; i <= 400; i++) {
      if (i % 8 == 0) {
        awaitParked(queue);
      }
      device.last(P, i, page(i));
      int expected = i;
      Await.until("fault " + i + " is handled", () -> handled.get() == expected);
    }
    assertThat(handled).hasValue(400);
  }

  @Test
  void L60_closeWakesParkedWorkers() {
    FaultQueue queue = open(FaultWorkers.threads(4), config -> config);
    awaitParked(queue);

    assertThat(queue.close(10_000_000_000L)).isTrue();

    assertThat(Invariants.threadsOf(queue)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE_THREAD", "TWO_THREADS"})
  void L56_aSlowConsumerDoesNotBlockTheReporter(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice slow = device(queue).handle(P, handler());
    FakeDevice other = device(queue).handle(P, handler());
    slow.beforeAnswer(gate::pass);
    slow.last(P, 0, page(0));
    gate.awaitEntered();

    for (int i = 1; i <= 1_000; i++) {
      assertThat(slow.last(P, i, page(i))).isEqualTo(ReportStatus.QUEUED);
      assertThat(other.last(P, i, page(i))).isEqualTo(ReportStatus.QUEUED);
    }

    assertThat(slow.answers()).as("the consumer is still inside its first answer").isEmpty();
    gate.open();
    settle(queue);
    assertThat(slow.codes()).hasSize(1_001).containsOnly(SUCCESS);
    assertThat(other.codes()).hasSize(1_000).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L56_L57_aHandlerInsideADeviceDoesNotHoldItsLock(WorkerKind kind) {
    FaultQueue queue = open(kind);
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    assertThat(device.part(P, 2, page(2))).isEqualTo(ReportStatus.PARTIAL);
    assertThat(queue.discardPartials()).isEqualTo(1);
    assertThat(device.producer().room()).isPositive();
    assertThat(device.producer().openGroups()).hasSize(1);

    gate.open();
    reporter.await();
    settle(queue);
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L71_aProducerThatAnotherThreadSeesIsComplete(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = new FakeDevice("d").handle(P, handler());
    attach(queue, device);
    AtomicInteger reported = new AtomicInteger();
    Task reporter =
        Task.start(() -> {
          while (reported.get() < 2_000) {
            FaultProducer producer = device.device.producer();
            if (producer != null) {
              assertThat(
                      device
                          .batch()
                          .last(P, reported.incrementAndGet(), page(reported.get()))
                          .report(producer))
                  .isSubsetOf(ReportStatus.QUEUED, ReportStatus.NOT_ATTACHED);
            }
          }
        });
    while (!reporter.isDone()) {
      device.producer().remove();
      attach(queue, device);
    }
    reporter.await();
    settle(queue);
    assertThat(reported.get()).isEqualTo(2_000);
  }
}
