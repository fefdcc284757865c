package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The five ways to share fault queues among eight devices on two IOMMUs with two hardware queues
/// each; every second device is in domain 0, the others in domain 1.
class TopologyTest extends EngineTest {
  enum Topology {
    GLOBAL(device -> 0, 1),
    PER_IOMMU(device -> device / 4, 2),
    PER_HARDWARE_QUEUE(device -> device / 2, 4),
    PER_DOMAIN(device -> device % 2, 2),
    PER_DEVICE(device -> device, 8);

    final IntUnaryOperator queueOf;
    final int queues;

    Topology(IntUnaryOperator queueOf, int queues) {
      this.queueOf = queueOf;
      this.queues = queues;
    }
  }

  private final Map<Integer, FaultQueue> queues = new TreeMap<>();
  private final List<FakeDevice> devices = new ArrayList<>();

  private void build(Topology topology, FaultHandler handler) {
    for (int i = 0; i < 8; i++) {
      int key = topology.queueOf.applyAsInt(i);
      FaultQueue queue = queues.computeIfAbsent(key, k -> open(WorkerKind.ONE_THREAD));
      devices.add(device(queue).handle(P, handler));
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q1_everyDeviceIsServedByTheWorkersOfItsQueue(Topology topology) {
    Map<String, String> threadOf = new TreeMap<>();
    build(
        topology,
        group -> {
          synchronized (threadOf) {
            threadOf.put(group.device().name(), Thread.currentThread().getName());
          }
          group.respond(SUCCESS);
        });

    devices.forEach(device -> device.last(P, 1, page(1)));
    queues.values().forEach(EngineTest::settle);

    assertThat(queues).hasSize(topology.queues);
    for (int i = 0; i < 8; i++) {
      FaultQueue queue = queues.get(topology.queueOf.applyAsInt(i));
      assertThat(devices.get(i).codes()).containsExactly(SUCCESS);
      assertThat(threadOf.get(devices.get(i).device.name()))
          .isEqualTo("iopf/" + queue.name() + "/0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q1_L110_anOverflowReachesTheDevicesOfItsQueueOnly(Topology topology) {
    build(topology, handler());
    devices.forEach(device -> device.part(P, 1, page(1)));

    queues.get(0).discardPartials();

    for (int i = 0; i < 8; i++) {
      assertThat(devices.get(i).producer().statistics().pendingPartials())
          .isEqualTo(topology.queueOf.applyAsInt(i) == 0 ? 0 : 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void Q1_aDeviceMovesFromOneTopologyToTheNext(Topology topology) {
    build(topology, handler());
    FaultQueue elsewhere = open(WorkerKind.CALLER);

    for (FakeDevice device : devices) {
      device.producer().remove();
      attach(elsewhere, device);
      device.last(P, 1, page(1));
    }

    assertThat(devices).allSatisfy(d -> assertThat(d.codes()).containsExactly(SUCCESS));
    assertThat(elsewhere.producers()).hasSize(8);
    queues.values().forEach(queue -> assertThat(queue.closeIfUnused()).isTrue());
  }
}
