package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The setting "ordered per PASID".
class OrderedPerPasidTest extends EngineTest {
  private static final long LIMIT_NS = 5_000_000_000L;

  @ParameterizedTest
  @EnumSource
  void Q3_groupsOfOnePasidAreHandledOneAtATimeInTheirOrder(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.orderedPerPasid(true).passGroups(3));
    Map<Integer, List<Integer>> order = new HashMap<>();
    List<String> overlaps = new ArrayList<>();
    FakeDevice device = device(queue);
    for (int pasid = 0; pasid < 4; pasid++) {
      AtomicInteger inside = new AtomicInteger();
      List<Integer> seen = new ArrayList<>();
      order.put(pasid, seen);
      device.handle(
          pasid,
          group -> {
            if (inside.incrementAndGet() != 1) {
              synchronized (overlaps) {
                overlaps.add("two at once");
              }
            }
            synchronized (seen) {
              seen.add(group.groupIndex());
            }
            if (group.groupIndex() % 7 == 0) {
              Thread.yield();
            }
            inside.decrementAndGet();
            group.respond(SUCCESS);
          });
    }
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      expected.add(i);
      Requests requests = device.batch();
      for (int pasid = 0; pasid < 4; pasid++) {
        requests.last(pasid, i, page(i));
      }
      requests.report();
    }

    settle(queue);
    assertThat(overlaps).isEmpty();
    assertThat(order.values()).allSatisfy(seen -> assertThat(seen).isEqualTo(expected));
  }

  @Test
  void Q3_anotherPasidGoesOnWhileOneIsStuck() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS, config -> config.orderedPerPasid(true));
    Gate gate = gate();
    RecordingHandler stuck = handler().gate(1, gate);
    FakeDevice device = device(queue).handle(P, stuck).handle(OTHER, handler());
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();
    gate.awaitEntered();
    FakeDevice idle = device(queue);

    device.last(OTHER, 3, page(3));

    Await.until(
        "the other PASID is answered",
        () -> {
          queue.signal(idle.producer().lane());
          return device.codes(3).size() == 1;
        });
    assertThat(stuck.calls()).as("the second group waits for its turn").isEqualTo(1);
    gate.open();
    settle(queue);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
  }

  @Test
  void Q3_onAnInlineQueueAGroupThatHadToWaitForItsTurnIsNotLeftBehind() {
    FaultQueue queue = open(WorkerKind.CALLER, config -> config.orderedPerPasid(true));
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task first = Task.start(() -> device.last(P, 1, page(1)));
    gate.awaitEntered();
    Task second = Task.start(() -> device.last(P, 2, page(2)));
    Await.until("it was reported", () -> device.count(FaultCounter.GROUPS) == 2);
    gate.open();
    first.await();
    second.await();

    awaitAnswers(device, 2);
    assertThat(device.codes(2)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q60_flushOfAnOrderedQueueRunsEverythingInOrder(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.orderedPerPasid(true));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    Requests requests = device.batch();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      requests.last(P, i, page(i));
      expected.add(i);
    }
    requests.report();

    device.producer().flush(P);

    assertThat(handler.seen())
        .extracting(RecordingHandler.Seen::groupIndex)
        .containsExactlyElementsOf(expected);
  }

  @Test
  void Q63_twoOrderedHandlersThatFlushEachOthersQueuedGroupsDoNotHang() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS, config -> config.orderedPerPasid(true));
    FakeDevice device = device(queue);
    FakeDevice idle = device(queue);
    CountDownLatch inside = new CountDownLatch(2);
    AtomicInteger timedOut = new AtomicInteger();
    for (int pasid : new int[] {P, OTHER}) {
      int other = pasid == P ? OTHER : P;
      device.handle(
          pasid,
          group -> {
            if (group.groupIndex() == pasid) {
              inside.countDown();
              inside.await();
              try {
                if (!device.producer().flush(other, LIMIT_NS)) {
                  timedOut.incrementAndGet();
                }
              } catch (IllegalStateException circle) {
                assertThat(circle).hasMessageContaining("flush");
              }
            }
            group.respond(SUCCESS);
          });
    }

    device
        .batch()
        .last(P, P, page(1))
        .last(OTHER, OTHER, page(2))
        .last(P, 20, page(3))
        .last(OTHER, 21, page(4))
        .report();
    Await.until(
        "both are inside",
        () -> {
          queue.signal(idle.producer().lane());
          return inside.getCount() == 0;
        });
    settle(queue);

    assertThat(timedOut).as("flushes that only ended by their time limit").hasValue(0);
    assertThat(device.answered()).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void Q63_flushOfAPasidThatSharesTheHandlersTurnDoesNotHang(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.orderedPerPasid(true));
    FakeDevice device = new FakeDevice("d");
    device.device.routes().setUnknownToDefault(true);
    AtomicInteger timedOut = new AtomicInteger();
    device.handle(
        Pasid.NONE,
        group -> {
          if (group.groupIndex() == 1) {
            device.last(OTHER, 2, page(2));
            try {
              if (!device.producer().flush(OTHER, LIMIT_NS)) {
                timedOut.incrementAndGet();
              }
            } catch (IllegalStateException circle) {
              assertThat(circle).hasMessageContaining("flush");
            }
          }
          group.respond(SUCCESS);
        });
    attach(queue, device);

    device.last(P, 1, page(1));

    settle(queue);
    assertThat(timedOut).as("flushes that only ended by their time limit").hasValue(0);
    assertThat(device.answered()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void Q20_removeOfAnOrderedQueueAnswersTheWaitingGroups(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.orderedPerPasid(true));
    Gate gate = gate();
    FakeDevice device = device(queue).handle(P, handler().gate(1, gate));
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)).last(P, 2, page(2)));
    gate.awaitEntered();

    device.producer().remove();

    assertThat(device.codes()).containsExactly(ResponseCode.INVALID, ResponseCode.INVALID);
    gate.open();
    reporter.await();
  }
}
