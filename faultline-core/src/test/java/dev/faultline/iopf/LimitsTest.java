package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.BUSY;
import static dev.faultline.iopf.ReportStatus.LIMIT;
import static dev.faultline.iopf.ReportStatus.PARTIAL;
import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every store that a device can grow has a cap, a counter and a documented answer (specification,
/// chapter "Limits that protect the host").
class LimitsTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void L104_partialsOfADeviceAreCappedAndItsNeighbourIsNot(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxPartialsPerDevice(8));
    FakeDevice hostile = device(queue).handle(P, handler());
    FakeDevice neighbour = device(queue).handle(P, handler());

    for (int i = 0; i < 5_000; i++) {
      assertThat(hostile.part(P, i, page(i))).isEqualTo(i < 8 ? PARTIAL : LIMIT);
    }

    assertThat(hostile.producer().statistics().pendingPartials()).isEqualTo(8);
    assertThat(hostile.count(FaultCounter.REFUSED_LIMIT)).isEqualTo(4_992);
    assertThat(hostile.producer().pendingPartials()).hasSize(8);
    assertThat(hostile.last(P, 100, page(1))).as("its partial was lost").isEqualTo(LIMIT);
    assertThat(hostile.codes(100)).containsExactly(INVALID);
    assertThat(neighbour.batch().part(P, 1, page(1)).last(P, 1, page(2)).report())
        .containsExactly(PARTIAL, QUEUED);
    settle(queue);
    assertThat(neighbour.codes(1)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L104_aDamagedGroupIsForgottenOnceItsLastRequestCame(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxPartialsPerDevice(1));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    device.part(P, 1, page(1));
    assertThat(device.part(P, 2, page(2))).isEqualTo(LIMIT);
    assertThat(device.last(P, 2, page(3))).isEqualTo(LIMIT);

    assertThat(device.last(P, 2, page(4))).isEqualTo(QUEUED);

    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(4));
  }

  @ParameterizedTest
  @EnumSource
  void L104_aGroupOfExactlyTheLargestSizeIsAccepted(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRequestsPerGroup(4));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    assertThat(
            device
                .batch()
                .part(P, 1, page(1))
                .part(P, 1, page(2))
                .part(P, 1, page(3))
                .last(P, 1, page(4))
                .report())
        .containsExactly(PARTIAL, PARTIAL, PARTIAL, QUEUED);

    settle(queue);
    assertThat(handler.onlyAddresses()).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource
  void L104_withTheSmallestLimitsSingleRequestsStillWork(WorkerKind kind) {
    FaultQueue queue =
        open(
            kind,
            config ->
                config
                    .maxRequestsPerGroup(1)
                    .maxPartialsPerDevice(1)
                    .groupCapacity(1)
                    .maxOpenGroupsPerDevice(1)
                    .maxDevices(1)
                    .passGroups(1));
    FakeDevice device = device(queue).handle(P, handler());

    assertThat(device.part(P, 1, page(1))).isEqualTo(LIMIT);
    assertThat(device.last(P, 1, page(1))).isEqualTo(LIMIT);
    for (int i = 2; i < 20; i++) {
      assertThat(device.last(P, i, page(i))).isEqualTo(QUEUED);
      settle(queue);
    }
    assertThatThrownBy(() -> queue.addDevice(new FakeDevice("second").device))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1");
  }

  @ParameterizedTest
  @EnumSource
  void L104_openGroupsOfADeviceAreCapped(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxOpenGroupsPerDevice(3).groupCapacity(100));
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice hostile = device(queue).handle(P, handler);
    FakeDevice neighbour = device(queue).handle(P, handler());

    for (int i = 0; i < 10; i++) {
      assertThat(hostile.last(P, i, page(i))).isEqualTo(i < 3 ? QUEUED : BUSY);
    }

    assertThat(hostile.producer().statistics().openGroups()).isEqualTo(3);
    assertThat(hostile.producer().statistics().maxOpenGroups()).isEqualTo(3);
    assertThat(neighbour.last(P, 1, page(1))).isEqualTo(QUEUED);
    pump(queue);
    Await.until("three are kept", () -> handler.delivered().size() == 3);
    handler.delivered().getFirst().respond(SUCCESS);
    assertThat(hostile.last(P, 20, page(20))).as("there is room again").isEqualTo(QUEUED);
    assertThat(hostile.last(P, 21, page(21))).isEqualTo(BUSY);
  }

  @ParameterizedTest
  @EnumSource
  void L104_groupsOfAQueueAreCappedAndUnusedQuotaComesBack(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(10));
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice one = device(queue).handle(P, handler);
    FakeDevice two = device(queue).handle(P, handler);
    for (int i = 0; i < 12; i++) {
      assertThat(one.last(P, i, page(i))).isEqualTo(i < 10 ? QUEUED : BUSY);
    }
    assertThat(two.last(P, 1, page(1))).as("nothing is left").isEqualTo(BUSY);
    pump(queue);
    Await.until("all are kept", () -> handler.delivered().size() == 10);
    handler.delivered().forEach(kept -> kept.respond(SUCCESS));
    settle(queue);

    for (int i = 100; i < 112; i++) {
      assertThat(two.last(P, i, page(i))).isEqualTo(i < 110 ? QUEUED : BUSY);
    }

    assertThat(one.last(P, 200, page(1))).isEqualTo(BUSY);
    two.producer().remove();
    assertThat(one.last(P, 201, page(2))).as("remove gives quota back").isEqualTo(QUEUED);
  }

  @ParameterizedTest
  @EnumSource
  void L104_theRingOfADeviceGrowsAndKeepsEveryGroup(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(6_000).maxBusyRetries(0));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    PageRequestBuffer buffer = new PageRequestBuffer(15_000);
    for (int g = 0; g < 3_000; g++) {
      for (int i = 0; i < g % 7; i++) {
        buffer.add(1, P, g, page(g + i), Access.READ, false, 0, 0, 0);
      }
      buffer.add(1, P, g, page(g + g % 7), Access.READ, true, 0, 0, 0);
      device.owe(g);
    }

    device.producer().report(buffer);

    settle(queue);
    assertThat(handler.seen())
        .hasSize(3_000)
        .allSatisfy(seen -> {
          int g = seen.groupIndex();
          assertThat(seen.addresses()).hasSize(g % 7 + 1);
          for (int i = 0; i < seen.addresses().size(); i++) {
            assertThat(seen.addresses().get(i)).isEqualTo(page(g + i));
          }
        });
  }

  @Test
  void L104_aFullRingIsBusyAndNotOverwritten() {
    FaultQueue queue =
        open(
            WorkerKind.STEPPED,
            config -> config.groupCapacity(1 << 20).maxOpenGroupsPerDevice(1 << 20));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    int queued = 0;
    while (device.last(P, queued, page(queued)) == QUEUED) {
      queued++;
    }
    assertThat(queued).isGreaterThanOrEqualTo(FaultQueue.LANE_RECORDS);
    assertThat(device.producer().room()).isZero();

    pump(queue);

    assertThat(handler.seen())
        .extracting(RecordingHandler.Seen::groupIndex)
        .containsExactlyElementsOf(java.util.stream.IntStream.range(0, queued).boxed().toList());
    assertThat(device.last(P, 0, page(0))).isEqualTo(QUEUED);
  }

  @ParameterizedTest
  @EnumSource
  void Q34_roomSaysHowMuchWouldBeTaken(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxOpenGroupsPerDevice(5).groupCapacity(100));
    FakeDevice device = device(queue).handle(P, track(RecordingHandler.delivering()));
    assertThat(device.producer().room()).isEqualTo(5);
    device.batch().last(P, 1, page(1)).last(P, 2, page(2)).report();
    assertThat(device.producer().room()).isEqualTo(3);
    device.batch().last(P, 3, page(1)).last(P, 4, page(2)).last(P, 5, page(3)).report();
    assertThat(device.producer().room()).isZero();
    assertThat(device.last(P, 6, page(6))).isEqualTo(BUSY);
    device.producer().remove();
    assertThat(device.producer().room()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q34_roomKnowsTheCapacityOfTheQueue(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.groupCapacity(2));
    FakeDevice device = device(queue).handle(P, track(RecordingHandler.delivering()));
    assertThat(device.producer().room()).isEqualTo(2);
    device.last(P, 1, page(1));
    assertThat(device.producer().room()).isEqualTo(1);
    device.last(P, 2, page(2));

    assertThat(device.producer().room()).isZero();
  }

  @Test
  void L109_aMillionBadRequestsAreFewLogLinesAndAnExactCounter() {
    ManualClock clock = new ManualClock(1);
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.clock(clock).logLinesPerSecond(3));
    FakeDevice device = device(queue);
    PageRequestBuffer buffer = new PageRequestBuffer(1_000);
    for (int i = 0; i < 1_000; i++) {
      buffer.add(1, Pasid.MAX + 1, i, 0, Access.READ, false, 0, 0, 0);
    }

    for (int i = 0; i < 1_000; i++) {
      device.producer().report(buffer);
    }

    FaultStatistics statistics = queue.statistics();
    assertThat(statistics.count(FaultCounter.REFUSED_MALFORMED)).isEqualTo(1_000_000);
    assertThat(statistics.count(FaultCounter.LOG_SUPPRESSED)).isEqualTo(1_000_000 - 3);
    clock.advance(1_000_000_000L);
    device.producer().report(buffer);
    assertThat(queue.statistics().count(FaultCounter.LOG_SUPPRESSED))
        .isEqualTo(1_000_000 - 3 + 1_000 - 3);
  }

  @Test
  void L109_handlersThatThrowForEverAreFewLogLinesToo() {
    ManualClock clock = new ManualClock(1);
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.clock(clock).logLinesPerSecond(0));
    FakeDevice device =
        device(queue)
            .handle(
                P,
                group -> {
                  throw new IllegalStateException("again");
                });
    for (int i = 0; i < 100; i++) {
      device.last(P, i, page(i));
      pump(queue);
    }

    assertThat(queue.statistics().count(FaultCounter.LOG_SUPPRESSED)).isEqualTo(100);
    assertThat(queue.statistics().count(FaultCounter.HANDLER_ERRORS)).isEqualTo(100);
  }

  @Test
  void L28_responsesToRefusedRequestsThatNobodyTakesAreBoundedAndCounted() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue);
    device.busy(Integer.MAX_VALUE);
    int refused = 70_000;
    PageRequestBuffer buffer = new PageRequestBuffer(10_000);
    for (int i = 0; i < 10_000; i++) {
      buffer.add(1, P, i, 0, Access.READ, true, 0, 0, 0);
    }
    for (int i = 0; i < refused / 10_000; i++) {
      device.producer().report(buffer);
    }
    long dropped = queue.statistics().count(FaultCounter.RESPONSES_DROPPED);

    assertThat(dropped).isEqualTo(refused - 65_536);
    isBrokenOnPurpose();
    device.busy(0);
    assertThat(List.of(queue.hasUnsent())).containsExactly(true);
    queue.tick();
    assertThat(device.answerCount()).isEqualTo(65_536);
  }

  @ParameterizedTest
  @EnumSource
  void L37_stopMarkersAreBounded(WorkerKind kind) throws Exception {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue);
    for (int pasid = 0; pasid < 3_000; pasid++) {
      device.batch().last(pasid, 0, 0, Access.NONE).report();
    }

    assertThat(device.count(FaultCounter.STOP_MARKERS)).isEqualTo(3_000);
    assertThat(device.producer().awaitStopMarker(0, 0)).as("pushed out").isFalse();
    assertThat(device.producer().awaitStopMarker(2_999, 0)).isTrue();
  }
}
