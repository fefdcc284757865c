package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the engine does when the hardware queue has overflowed.
class OverflowTest extends EngineTest {
  private static FaultListener lostInto(Map<FaultProducer, Integer> lost) {
    return new FaultListener() {
      @Override
      public void partialsLost(FaultProducer producer, int partials) {
        lost.merge(producer, partials, Integer::sum);
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void Q70_L42_L110_thePartialsOfAllDevicesOfTheQueueAreDroppedAndEachIsTold(WorkerKind kind) {
    Map<FaultProducer, Integer> lost = new ConcurrentHashMap<>();
    FaultQueue queue = open(kind, config -> config.listener(lostInto(lost)));
    FaultQueue elsewhere = open(kind);
    RecordingHandler handler = handler();
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    FakeDevice untouched = device(queue).handle(P, handler);
    FakeDevice far = device(elsewhere).handle(P, handler);
    one.batch().part(P, 1, page(1)).part(P, 1, page(2)).part(OTHER, 2, page(3)).report();
    two.part(P, 1, page(4));
    far.part(P, 1, page(5));

    assertThat(queue.discardPartials()).isEqualTo(4);

    assertThat(lost)
        .isEqualTo(Map.of(one.producer(), 3, two.producer(), 1, untouched.producer(), 0));
    assertThat(one.producer().statistics().pendingPartials()).isZero();
    assertThat(far.producer().statistics().pendingPartials()).isEqualTo(1);
    one.last(P, 1, page(6));
    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(6));
    assertThat(queue.statistics().count(FaultCounter.DROPPED_OVERFLOW)).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void Q70_L43_discardTwiceThenLastThenRemove(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    for (int round = 0; round < 20; round++) {
      device.batch().part(P, 1, page(1)).part(P, 2, page(2)).report();
      assertThat(queue.discardPartials()).isEqualTo(2);
      assertThat(queue.discardPartials()).isZero();
      device.last(P, 1, page(3));
    }
    device.part(P, 1, page(4));
    queue.discardPartials();
    device.producer().remove();

    pump(queue);
    assertThat(device.answers()).hasSize(20);
    assertThat(handler.seen())
        .allSatisfy(seen -> assertThat(seen.addresses()).containsExactly(page(3)));
  }

  @ParameterizedTest
  @EnumSource
  void Q70_L47_aQueuedGroupIsWholeAndStays(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();

    queue.discardPartials();

    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(1), page(2));
    assertThat(device.codes()).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q70_aListenerThatThrowsDoesNotStopTheDiscard(WorkerKind kind) {
    FaultQueue queue =
        open(
            kind,
            config ->
                config.listener(
                    new FaultListener() {
                      @Override
                      public void partialsLost(FaultProducer producer, int partials) {
                        throw new IllegalStateException("listener");
                      }
                    }));
    FakeDevice one = device(queue);
    FakeDevice two = device(queue);
    one.part(P, 1, page(1));
    two.part(P, 1, page(1));

    assertThat(queue.discardPartials()).isEqualTo(2);
    assertThat(queue.statistics().count(FaultCounter.LISTENER_ERRORS)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void Q70_L44_discardRunsBesideReportsAndTheCountersBalance(WorkerKind kind) {
    FaultQueue queue = open(kind);
    List<FakeDevice> devices = List.of(device(queue), device(queue));
    AtomicBoolean stop = new AtomicBoolean();
    List<Task> reporters = new ArrayList<>();
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    for (FakeDevice device : devices) {
      device.handle(
          P,
          group -> {
            sizes.add(group.size());
            group.respond(SUCCESS);
          });
      reporters.add(
          Task.start(() -> {
            for (int i = 0; i < 3_000; i++) {
              device.batch().part(P, i & 7, page(i)).part(P, i & 7, page(i + 1)).reportOneByOne();
              device.last(P, i & 7, page(i + 2));
            }
          }));
    }
    Task discarder =
        Task.start(() -> {
          while (!stop.get()) {
            queue.discardPartials();
          }
        });
    reporters.forEach(Task::await);
    stop.set(true);
    discarder.await();
    settle(queue);

    assertThat(sizes).hasSize(6_000).allSatisfy(size -> assertThat(size).isBetween(1, 3));
    assertThat(queue.statistics().imbalance()).isEmpty();
    assertThat(queue.statistics().count(FaultCounter.REQUESTS)).isEqualTo(18_000);
    long grouped = sizes.stream().mapToLong(size -> size).sum();
    assertThat(queue.statistics().count(FaultCounter.GROUPED)).isEqualTo(grouped);
    assertThat(queue.statistics().count(FaultCounter.DROPPED_OVERFLOW)).isEqualTo(18_000 - grouped);
  }

  @ParameterizedTest
  @EnumSource
  void Q70_L46_aThousandOverflowsEachFollowedByAGroupThatWorks(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 1_000; i++) {
      device.part(P, 1, page(i));
      queue.discardPartials();
      device.last(P, 1, page(i));
    }
    settle(queue);

    assertThat(device.codes()).hasSize(1_000).containsOnly(SUCCESS);
  }
}
