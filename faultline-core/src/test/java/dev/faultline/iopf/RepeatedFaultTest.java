package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// SUCCESS that changes nothing is noticed (rule Q46).
class RepeatedFaultTest extends EngineTest {
  private static void fault(FaultQueue queue, FakeDevice device, int pasid, long page) {
    fault(queue, device, pasid, page, Access.READ);
  }

  private static void fault(FaultQueue queue, FakeDevice device, int pasid, long page, int access) {
    device.batch().last(pasid, 1, page, access).report();
    settle(queue);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_L25_theSameFaultAfterSuccessIsInvalidInTheEndAndCounted(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(5));
    FakeDevice device = device(queue).handle(P, handler());
    int faults = 0;
    while (!device.codes().contains(INVALID) && faults < 100) {
      fault(queue, device, P, page(1));
      faults++;
    }

    assertThat(faults).isBetween(5 + 1, 5 + 3);
    assertThat(device.count(FaultCounter.REPEATED)).isGreaterThanOrEqualTo(5);
    assertThat(device.count(FaultCounter.REFUSED_REPEATED)).isEqualTo(1);
    fault(queue, device, P, page(1));
    assertThat(device.codes().getLast()).as("a new row begins").isEqualTo(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_thePartialsOfARefusedGroupAreDropped(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(1));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    while (!device.codes().contains(INVALID) && device.answerCount() < 50) {
      device.batch().part(P, 1, page(2)).last(P, 1, page(1)).report();
      settle(queue);
    }

    assertThat(device.count(FaultCounter.DROPPED_REPEATED)).isEqualTo(1);
    assertThat(device.producer().statistics().pendingPartials()).isZero();
    assertThat(handler.seen()).allSatisfy(seen -> assertThat(seen.addresses()).hasSize(2));
  }

  @ParameterizedTest
  @EnumSource
  void Q46_zeroIsOff(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(0));
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 500; i++) {
      fault(queue, device, P, page(1));
    }

    assertThat(device.codes()).hasSize(500).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_anotherPageInBetweenEndsTheRow(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(4));
    FakeDevice device = device(queue).handle(P, handler());
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 3; i++) {
        fault(queue, device, P, page(1));
      }
      fault(queue, device, P, page(100 + round));
    }

    assertThat(device.codes()).hasSize(40).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_manyPagesThatAreFaultedTwiceEachAreNoRepeatedFault(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(4));
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 50; i++) {
      fault(queue, device, P, page(i));
      fault(queue, device, P, page(i));
    }

    assertThat(device.codes()).hasSize(100).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_anotherPermissionIsAnotherFault(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(3));
    FakeDevice device = device(queue).handle(P, handler());
    for (int i = 0; i < 60; i++) {
      fault(queue, device, P, page(1), i % 2 == 0 ? Access.READ : Access.WRITE);
    }

    assertThat(device.codes()).hasSize(60).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q46_answersThatAreNoSuccessAreNoRow(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(2));
    RecordingHandler handler = track(new RecordingHandler(group -> INVALID));
    FakeDevice device = device(queue).handle(P, handler);
    for (int i = 0; i < 30; i++) {
      fault(queue, device, P, page(1));
    }

    assertThat(handler.calls()).isEqualTo(30);
    assertThat(device.count(FaultCounter.REPEATED)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void Q46_everyPasidAndDeviceHasItsOwnRow(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxRepeats(6));
    FakeDevice one = device(queue).handle(P, handler()).handle(OTHER, handler());
    FakeDevice two = device(queue).handle(P, handler());
    for (int i = 0; i < 5; i++) {
      fault(queue, one, P, page(1));
      fault(queue, one, OTHER, page(1));
      fault(queue, two, P, page(1));
    }

    assertThat(one.codes()).hasSize(10).containsOnly(SUCCESS);
    assertThat(two.codes()).hasSize(5).containsOnly(SUCCESS);
    while (!one.codes().contains(INVALID) && one.answerCount() < 60) {
      fault(queue, one, P, page(1));
      fault(queue, one, OTHER, page(2));
    }
    assertThat(one.codes()).contains(INVALID);
  }
}
