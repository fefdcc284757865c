package dev.faultline.iopf;

import static dev.faultline.iopf.ReportStatus.QUEUED;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.RecordingHandler.Seen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Workers go round the devices.
class FairnessTest extends EngineTest {
  @Test
  void Q45_L97_L112_aStormDelaysAnotherDevicesFaultByOnePassAtMost() {
    for (int passGroups : new int[] {1, 4, 16}) {
      FaultQueue queue = open(WorkerKind.STEPPED, config -> config.passGroups(passGroups));
      RecordingHandler handler = handler();
      FakeDevice storm = device(queue).handle(P, handler);
      FakeDevice quiet = device(queue).handle(OTHER, handler);
      Requests requests = storm.batch();
      for (int i = 0; i < 1_000; i++) {
        requests.last(P, i, page(i));
      }
      requests.report();
      queue.step(0, 3);
      quiet.last(OTHER, 1, page(1));

      int ran = queue.step(0, passGroups + 1);

      assertThat(ran).isEqualTo(passGroups + 1);
      assertThat(quiet.codes(1)).as("pass of %d", passGroups).containsExactly(SUCCESS);
      pump(queue);
    }
  }

  @Test
  void Q45_allDevicesOfALargeQueueTakeTurns() {
    FaultQueue queue = open(WorkerKind.STEPPED, config -> config.passGroups(2));
    RecordingHandler handler = handler();
    List<FakeDevice> devices = new ArrayList<>();
    for (int d = 0; d < 200; d++) {
      FakeDevice device = device(queue).handle(d, handler);
      device
          .batch()
          .last(d, 1, page(1))
          .last(d, 2, page(2))
          .last(d, 3, page(3))
          .last(d, 4, page(4))
          .report();
      devices.add(device);
    }

    queue.step(0, 400);

    assertThat(handler.seen()).extracting(Seen::groupIndex).containsOnly(1, 2).hasSize(400);
    assertThat(devices).allSatisfy(device -> assertThat(device.answers()).hasSize(2));
    queue.step(1, 400);
    assertThat(devices).allSatisfy(device -> assertThat(device.answers()).hasSize(4));
  }

  @Test
  void Q45_aStepRunsNoMoreThanItWasAskedFor() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    Requests requests = device.batch();
    for (int i = 0; i < 50; i++) {
      requests.last(P, i, page(i));
    }
    requests.report();

    assertThat(queue.step(0, 7)).isEqualTo(7);
    assertThat(device.answers()).hasSize(7);
    assertThat(queue.step(1, 1_000)).isEqualTo(43);
    assertThat(queue.step(0, 1_000)).isZero();
  }

  @Test
  void Q45_aLaneThatWasEmptyForLongIsSeenAgain() {
    FaultQueue queue = open(WorkerKind.STEPPED);
    FakeDevice device = device(queue).handle(P, handler());
    for (int round = 0; round < 20; round++) {
      assertThat(device.last(P, round, page(round))).isEqualTo(QUEUED);
      assertThat(queue.step(0, 10)).isEqualTo(1);
      for (int i = 0; i < round; i++) {
        assertThat(queue.step(i & 1, 10)).isZero();
      }
    }
  }
}
