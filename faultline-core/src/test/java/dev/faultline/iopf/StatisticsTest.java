package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.FAILURE;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the engine counts and times.
class StatisticsTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q80_countsAreKeptForQueueDeviceAndPasid(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice one =
        device(queue)
            .handle(P, handler())
            .handle(OTHER, track(new RecordingHandler(group -> INVALID)));
    FakeDevice two = device(queue).handle(P, track(new RecordingHandler(group -> FAILURE)));
    one.batch()
        .part(P, 1, page(1))
        .last(P, 1, page(2))
        .last(P, 2, page(1))
        .last(OTHER, 3, page(1))
        .last(Pasid.NONE, 4, page(1))
        .part(P, 5, page(1))
        .report();
    two.last(P, 1, page(1));
    settle(queue);

    FaultStatistics all = queue.statistics();
    assertThat(all.scope()).isEqualTo(queue.name());
    assertThat(all.count(FaultCounter.REQUESTS)).isEqualTo(7);
    assertThat(all.count(FaultCounter.GROUPED)).isEqualTo(5);
    assertThat(all.count(FaultCounter.GROUPS)).isEqualTo(4);
    assertThat(all.count(FaultCounter.ANSWERED_SUCCESS)).isEqualTo(2);
    assertThat(all.count(FaultCounter.ANSWERED_INVALID)).isEqualTo(1);
    assertThat(all.count(FaultCounter.ANSWERED_FAILURE)).isEqualTo(1);
    assertThat(all.count(FaultCounter.REFUSED_NO_HANDLER)).isEqualTo(1);
    assertThat(all.answered()).isEqualTo(4);
    assertThat(all.pendingPartials()).isEqualTo(1);
    assertThat(all.openGroups()).isZero();
    assertThat(all.imbalance()).isEmpty();
    FaultStatistics first = one.producer().statistics();
    assertThat(first.scope()).isEqualTo(one.device.name());
    assertThat(first.count(FaultCounter.REQUESTS)).isEqualTo(6);
    assertThat(first.imbalance()).isEmpty();
    assertThat(one.producer().statisticsByPasid())
        .extracting(
            FaultStatistics::scope,
            s -> s.count(FaultCounter.REQUESTS),
            s -> s.count(FaultCounter.GROUPS),
            FaultStatistics::answered,
            FaultStatistics::distinctPages)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(one.device.name() + " PASID 7", 3L, 2L, 2L, 2L),
            org.assertj.core.groups.Tuple.tuple(one.device.name() + " PASID 9", 1L, 1L, 1L, 1L));
  }

  @ParameterizedTest
  @EnumSource
  void Q80_L114_pagesAndDistinctPagesAreApartFromRequests(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device =
        device(queue).handle(P, new FakeAddressSpace().handler()).handle(OTHER, handler());
    device
        .batch()
        .part(P, 1, page(1))
        .part(P, 1, page(1))
        .last(P, 1, page(2))
        .last(P, 2, page(2))
        .last(OTHER, 3, page(1))
        .report();
    settle(queue);

    FaultStatistics statistics = device.producer().statistics();
    assertThat(statistics.count(FaultCounter.REQUESTS)).isEqualTo(5);
    assertThat(statistics.distinctPages()).as("(PASID, page) pairs").isEqualTo(3);
    assertThat(statistics.count(FaultCounter.PAGES) + statistics.count(FaultCounter.DUPLICATES))
        .isEqualTo(4);
    assertThat(statistics.count(FaultCounter.DUPLICATES)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void Q80_distinctPagesOfADeviceThatComesBackAreNotCountedTwice(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.last(P, 1, page(1));
    settle(queue);
    device.producer().remove();
    attach(queue, device);

    assertThat(device.producer().statistics().distinctPages())
        .as("the new attachment has seen nothing")
        .isZero();
    assertThat(queue.statistics().distinctPages()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q80_openGroupsNowAndAtMost(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    for (int i = 0; i < 6; i++) {
      device.last(P, i, page(i));
    }
    pump(queue);
    Await.until("all are kept", () -> handler.delivered().size() == 6);
    assertThat(device.producer().statistics().openGroups()).isEqualTo(6);
    handler.delivered().subList(0, 4).forEach(kept -> kept.respond(SUCCESS));

    assertThat(device.producer().statistics().openGroups()).isEqualTo(2);
    assertThat(device.producer().statistics().maxOpenGroups()).isEqualTo(6);
    assertThat(device.producer().openGroups())
        .extracting(OpenGroup::state)
        .containsExactly("DELIVERED", "DELIVERED");
  }

  @ParameterizedTest
  @EnumSource
  void Q80_theFiguresOfARemovedDeviceStayWithTheQueue(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).part(P, 2, page(3)).report();
    settle(queue);

    device.producer().remove();

    FaultStatistics statistics = queue.statistics();
    assertThat(statistics.count(FaultCounter.REQUESTS)).isEqualTo(3);
    assertThat(statistics.count(FaultCounter.ANSWERED_SUCCESS)).isEqualTo(1);
    assertThat(statistics.count(FaultCounter.DROPPED_REMOVE)).isEqualTo(1);
    assertThat(statistics.imbalance()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void Q80_anAnswerThatIsUnderWayDuringRemoveIsCountedByTheQueue(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    Gate gate = gate();
    device.beforeAnswer(gate::pass);
    Task reporter = inBackground(queue, device.batch().last(P, 1, page(1)));
    gate.awaitEntered();

    device.producer().remove();
    gate.open();
    reporter.await();
    awaitAnswers(device, 1);

    assertThat(device.codes()).containsExactly(SUCCESS);
    Await.until(
        "the producer has counted it", () -> device.count(FaultCounter.ANSWERED_SUCCESS) == 1);
    assertThat(queue.statistics().count(FaultCounter.ANSWERED_SUCCESS)).isEqualTo(1);
    assertThat(queue.statistics().imbalance()).isEmpty();
  }

  private record Timed(List<Long> times) {}

  @ParameterizedTest
  @EnumSource
  void Q80_L113_theStagesOfEveryGroupAddUpToTheWhole(WorkerKind kind) {
    ManualClock clock = new ManualClock(1_000);
    List<Timed> told = Collections.synchronizedList(new ArrayList<>());
    FaultQueue queue =
        open(
            kind,
            config ->
                config
                    .clock(clock)
                    .listener(
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
                            told.add(
                                new Timed(
                                    List.of(
                                        raisedNs,
                                        receivedNs,
                                        acceptedNs,
                                        takenNs,
                                        resolvedNs,
                                        answeredNs)));
                          }
                        }));
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  clock.advance(300);
                  group.respond(SUCCESS);
                });
    device.beforeAnswer(() -> clock.advance(5_000));
    device.batch().add(1, P, 1, page(1), Access.READ, false, 0, 0, 990).report();
    clock.advance(20);
    device.batch().add(1, P, 1, page(2), Access.READ, true, 0, 0, 1_015).report();

    settle(queue);
    FaultStatistics statistics = device.producer().statistics();
    assertThat(statistics.stage(FaultStage.RING).sumNs()).isEqualTo(10);
    assertThat(statistics.stage(FaultStage.ASSEMBLE).sumNs()).isEqualTo(20);
    assertThat(statistics.stage(FaultStage.QUEUE).sumNs()).isZero();
    assertThat(statistics.stage(FaultStage.RESOLVE).sumNs()).isEqualTo(300);
    assertThat(statistics.stage(FaultStage.ANSWER).sumNs()).isEqualTo(5_000);
    assertThat(statistics.total().sumNs()).isEqualTo(5_330);
    assertThat(statistics.total().count()).isEqualTo(1);
    assertThat(told)
        .containsExactly(new Timed(List.of(990L, 1_000L, 1_020L, 1_020L, 1_320L, 6_320L)));
    assertThat(queue.statistics().total().sumNs()).isEqualTo(5_330);
  }

  @Test
  void Q80_theWaitInTheQueueIsAStage() {
    ManualClock clock = new ManualClock(1);
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.clock(clock).timeEveryGroup(true));
    FakeDevice device = device(queue).handle(P, handler());
    device.last(P, 1, page(1));
    clock.advance(777);
    pump(queue);

    assertThat(device.producer().statistics().stage(FaultStage.QUEUE).sumNs()).isEqualTo(777);
    assertThat(device.producer().statistics().imbalance()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void L113_withASampleOfGroupsTheStagesStillAddUp(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 5_000; i++) {
      device.batch().part(P, i, page(i)).last(P, i, page(i)).report();
    }
    settle(queue);

    FaultStatistics statistics = device.producer().statistics();
    assertThat(statistics.total().count()).isBetween(1L, 5_000L);
    for (FaultStage stage : FaultStage.values()) {
      assertThat(statistics.stage(stage).count()).isEqualTo(statistics.total().count());
    }
    assertThat(statistics.imbalance()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void Q80_readingTheFiguresDisturbsNobody(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxOpenGroupsPerDevice(10_000));
    FakeDevice device = device(queue).handle(P, handler());
    AtomicBoolean stop = new AtomicBoolean();
    Task reader =
        Task.start(() -> {
          long answered = 0;
          while (!stop.get()) {
            FaultStatistics statistics = queue.statistics();
            assertThat(statistics.answered()).isGreaterThanOrEqualTo(answered);
            answered = statistics.answered();
            device.producer().openGroups();
            device.producer().pendingPartials();
            device.producer().statisticsByPasid();
            assertThat(queue.toString()).contains(queue.name());
          }
        });
    for (int i = 0; i < 5_000; i++) {
      device.batch().part(P, i, page(i)).last(P, i, page(i)).report();
    }
    settle(queue);
    stop.set(true);
    reader.await();

    assertThat(queue.statistics().answered()).isEqualTo(5_000);
  }

  @Test
  void Q80_snapshotsListPartialsInArrivalOrderAndOpenGroupsByState() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device
        .batch()
        .part(P, 5, page(5), Access.WRITE)
        .part(OTHER, 1, page(1))
        .part(P, 5, page(3))
        .last(P, 8, page(8))
        .report();
    pump(queue);
    device.last(P, 9, page(9));

    assertThat(device.producer().pendingPartials())
        .containsExactly(
            new OpenGroup("PARTIAL", P, 5, page(5), Access.WRITE, 1, 0),
            new OpenGroup("PARTIAL", OTHER, 1, page(1), Access.READ, 1, 0),
            new OpenGroup("PARTIAL", P, 5, page(3), Access.READ, 1, 0));
    assertThat(device.producer().openGroups())
        .extracting(OpenGroup::state, OpenGroup::groupIndex)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("QUEUED", 9),
            org.assertj.core.groups.Tuple.tuple("DELIVERED", 8));
  }

  @Test
  void Q80_everyCounterHasADescriptionOfItsOwn() {
    assertThat(FaultCounter.values())
        .extracting(FaultCounter::text)
        .doesNotHaveDuplicates()
        .allSatisfy(text -> assertThat(text).isNotBlank());
    for (FaultCounter counter : FaultCounter.values()) {
      assertThat(FaultCounter.of(counter.ordinal())).isSameAs(counter);
    }
  }

  @Test
  void Q80_anImbalanceIsNamedWithItsNumbers() {
    StatisticsSum requests = new StatisticsSum();
    requests.add(FaultCounter.REQUESTS, 3);
    requests.add(FaultCounter.GROUPED, 2);
    assertThat(requests.toStatistics("x").imbalance()).contains("x").contains("3 requests");
    StatisticsSum groups = new StatisticsSum();
    groups.add(FaultCounter.GROUPS, 2);
    groups.add(FaultCounter.ANSWERED_FAILURE, 1);
    assertThat(groups.toStatistics("x").imbalance()).contains("2 groups");
    StatisticsSum times = new StatisticsSum();
    StageTimes block = new StageTimes();
    block.record(FaultStage.RING.ordinal(), 5, 1);
    times.add(block);
    assertThat(times.toStatistics("x").imbalance()).contains("5 ns");
    assertThat(new StatisticsSum().toStatistics("x").imbalance()).isEmpty();
  }
}
