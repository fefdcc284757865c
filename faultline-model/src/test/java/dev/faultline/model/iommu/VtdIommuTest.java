package dev.faultline.model.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.hardware.vtd.PageRequestDriver;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import org.junit.jupiter.api.Test;

class VtdIommuTest {
  private static final int READ_WRITE = Access.READ | Access.WRITE;

  private final VtdIommu iommu = new VtdIommu(VtdIommuConfig.defaults().withPageRequestEntries(4));
  private final RecordingEndpoint one = new RecordingEndpoint(0x100);
  private final RecordingEndpoint two = new RecordingEndpoint(0x200);

  private void request(int requesterId, int pasid, int groupIndex, boolean last) {
    iommu.pageRequest(requesterId, pasid, groupIndex, 0x1000, Access.READ, last, 0);
  }

  @Test
  void translatesByTheTableOfDeviceAndPasid() {
    iommu.addDevice(one);
    iommu.addDevice(two);
    iommu.bind(0x100, 5, (address, access) -> address == 0x1000 ? READ_WRITE : 0);
    iommu.bind(0x100, Pasid.NONE, (address, access) -> Access.READ);
    assertThat(iommu.translate(0x100, 5, 0x1000, Access.READ)).isEqualTo(READ_WRITE);
    assertThat(iommu.translate(0x100, 5, 0x2000, Access.READ)).isZero();
    assertThat(iommu.translate(0x100, Pasid.NONE, 0x2000, Access.READ)).isEqualTo(Access.READ);
    assertThat(iommu.translate(0x100, 0, 0x1000, Access.READ)).isZero();
    assertThat(iommu.translate(0x200, 5, 0x1000, Access.READ)).isZero();
    assertThat(iommu.translate(0x300, 5, 0x1000, Access.READ)).isZero();
    assertThat(iommu.translate(0x100, 1 << 20, 0x1000, Access.READ)).isZero();
  }

  @Test
  void unbindInvalidatesTheDevice() {
    iommu.addDevice(one);
    iommu.bind(0x100, 5, (address, access) -> READ_WRITE);
    assertThat(iommu.unbind(0x100, 5)).isTrue();
    assertThat(iommu.translate(0x100, 5, 0x1000, Access.READ)).isZero();
    assertThat(one.heard).containsExactly("invalidate 5 0x0+0x7fffffffffffffff");
    assertThat(iommu.unbind(0x100, 5)).isFalse();
  }

  @Test
  void invalidationReachesExactlyTheDevicesThatAreBound() {
    iommu.addDevice(one);
    iommu.addDevice(two);
    iommu.bind(0x100, 5, (address, access) -> READ_WRITE);
    iommu.bind(0x200, 5, (address, access) -> READ_WRITE);
    iommu.bind(0x200, 6, (address, access) -> READ_WRITE);
    iommu.invalidate(5, 0x1000, 0x2000);
    iommu.invalidate(6, 0x3000, 0x1000);
    iommu.invalidate(7, 0x3000, 0x1000);
    assertThat(one.heard).containsExactly("invalidate 5 0x1000+0x2000");
    assertThat(two.heard)
        .containsExactly("invalidate 5 0x1000+0x2000", "invalidate 6 0x3000+0x1000");
    iommu.removeDevice(0x200);
    iommu.invalidate(6, 0x3000, 0x1000);
    assertThat(two.heard).hasSize(2);
    assertThat(iommu.counters().invalidations()).isEqualTo(3);
  }

  @Test
  void L42_fullQueueAnswersLastRequestsWithSuccessAndDropsTheRest() {
    iommu.addDevice(one);
    for (int i = 0; i < 3; i++) {
      request(0x100, 5, i, true);
    }
    assertThat(one.heard).isEmpty();
    request(0x100, 5, 3, true);
    request(0x100, 5, 4, false);
    iommu.pageRequest(0x100, 5, 0, 0, Access.NONE, true, 0);
    assertThat(one.heard).containsExactly("5/3=0");
    iommu.pageRequest(0x100, Pasid.NONE, 6, 0, Access.NONE, true, 0);
    assertThat(one.heard).containsExactly("5/3=0", "-1/6=0");
    assertThat(iommu.counters()).isEqualTo(new IommuCounters(7, 3, 4, 0, 0, 2, 0, 0, 0, 0));
  }

  @Test
  void L111_pageRequestsNotEnabledAreAnsweredInvalid() {
    iommu.addDevice(one);
    iommu.enablePageRequests(0x100, false);
    request(0x100, 5, 1, true);
    request(0x100, 5, 2, false);
    iommu.pageRequest(0x100, 5, 0, 0, Access.NONE, true, 0);
    assertThat(one.heard).containsExactly("5/1=1");
    assertThat(iommu.pageRequestQueue().state().isEmpty()).isTrue();
    assertThat(iommu.counters().refused()).isEqualTo(3);
    assertThat(iommu.counters().autoInvalid()).isOne();
  }

  @Test
  void L111_unknownDeviceIsCountedAndNothingElse() {
    request(0x100, 5, 1, true);
    assertThat(iommu.counters().unknown()).isOne();
    assertThat(iommu.pageRequestQueue().state().isEmpty()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> iommu.bind(0x100, 5, (address, access) -> 0))
        .withMessageContaining("0x100");
    assertThat(iommu.unbind(0x100, 5)).isFalse();
    assertThat(iommu.removeDevice(0x100)).isFalse();
  }

  @Test
  void L24_answersGoToTheRequesterIdThatAsked() {
    iommu.addDevice(one);
    iommu.addDevice(two);
    assertThat(iommu.commandQueue().respond(0x200, 5, 9, ResponseCode.FAILURE)).isTrue();
    assertThat(iommu.commandQueue().respond(0x300, 5, 9, ResponseCode.SUCCESS)).isTrue();
    assertThat(one.heard).isEmpty();
    assertThat(two.heard).containsExactly("5/9=15");
    assertThat(iommu.counters().delivered()).isOne();
    assertThat(iommu.counters().undeliverable()).isOne();
  }

  @Test
  void aPageRequestGoesThroughDriverAndEngineAndBack() {
    iommu.addDevice(one);
    PageRequestDriver driver =
        new PageRequestDriver(iommu.pageRequestQueue(), iommu.commandQueue());
    try (FaultQueue queue =
        FaultQueue.open(
            FaultQueueConfig.builder("q")
                .workers(FaultWorkers.caller())
                .lowLevelQueue(driver)
                .build())) {
      FaultDevice device = new FaultDevice("d", iommu.commandQueue(), true);
      device.routes().set(5, group -> group.respond(ResponseCode.SUCCESS));
      FaultProducer producer = queue.addDevice(device);
      driver.attach(producer, one.requesterId());
      request(0x100, 5, 7, false);
      request(0x100, 5, 7, true);
      request(0x100, 6, 8, true);
      driver.poll(16);
      // The engine refuses at once, before it runs the groups of the batch.
      assertThat(one.heard).containsExactlyInAnyOrder("5/7=0", "6/8=1");
    }
  }

  @Test
  void L20_aDeviceWithoutDriverIsAnsweredInvalid() {
    iommu.addDevice(one);
    PageRequestDriver driver =
        new PageRequestDriver(iommu.pageRequestQueue(), iommu.commandQueue());
    request(0x100, 5, 7, true);
    driver.poll(16);
    assertThat(one.heard).containsExactly("5/7=1");
  }
}
