package dev.faultline.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import dev.faultline.model.iommu.Iommu;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What waits for pages: who joins whom, who fails with whom, and how the device wakes up.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AcceleratorWaitingTest {
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;
  private static final int PAGE = ScriptedIommu.PAGE;
  private static final long BASE = 0x4000_0000L;
  private static final int SUCCESS = 0;
  private static final int INVALID = 1;
  private static final int FAILURE = 15;
  private static final int PASID = 7;

  private final ScriptedIommu iommu = new ScriptedIommu();
  private long now = 1000;

  private Accelerator device(AcceleratorConfig config) {
    Accelerator device = new Accelerator(0x100, PASID, iommu, () -> now++, config);
    iommu.device = device;
    return device;
  }

  private static AcceleratorConfig config(int groupSize, int credits, int indices, int window) {
    return new AcceleratorConfig(groupSize, credits, indices, 64, 4, window);
  }

  private Accelerator device() {
    return device(AcceleratorConfig.DEFAULT);
  }

  private static void submit(Accelerator device, long address, int access) {
    assertThat(device.submit(address, 8, access)).isTrue();
  }

  @Test
  void l8FailureFailsEverythingThatWaits() {
    Accelerator device = device(config(1, 2, 4, 64));
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    submit(device, BASE + 2 * PAGE, R);
    assertThat(iommu.requests).hasSize(2);
    // An index that was closed in the same look must not be failed again.
    iommu.map(BASE, R);
    device.pageResponse(PASID, 0, SUCCESS);
    device.pageResponse(PASID, 1, FAILURE);
    device.advance();
    assertThat(device.isIdle()).isTrue();
    assertThat(device.failedSamples())
        .containsExactlyInAnyOrder(
            new FailedAccess(BASE + PAGE, R, FAILURE),
            new FailedAccess(BASE + 2 * PAGE, R, FAILURE));
    assertThat(device.statistics().failure()).isEqualTo(1);
  }

  @Test
  void l8FailureLeavesOtherGroupsToTheirAnswers() {
    Accelerator device = device();
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    device.pageResponse(PASID, 1, FAILURE);
    device.advance();
    assertThat(device.statistics().failedAccesses()).isEqualTo(2);
    assertThat(device.isIdle()).isFalse();
    device.pageResponse(PASID, 0, SUCCESS);
    device.drain();
    AcceleratorStatistics s = device.statistics();
    assertThat(s.groups()).isEqualTo(s.success() + s.failure());
    assertThat(s.failedAccesses()).isEqualTo(2);
  }

  @Test
  void pageThatIsNotRequestedYetIsRequestedOnceForAll() {
    Accelerator device = device(config(2, 32, 512, 64));
    submit(device, BASE, R);
    submit(device, BASE + 8, W);
    submit(device, BASE + 16, R);
    assertThat(iommu.requests).isEmpty();
    submit(device, BASE + PAGE, R);
    assertThat(iommu.requests)
        .containsExactly(
            new ScriptedIommu.Request(PASID, 0, BASE, R | W, false),
            new ScriptedIommu.Request(PASID, 0, BASE + PAGE, R, true));
    iommu.map(BASE, R);
    iommu.map(BASE + PAGE, R);
    iommu.answerLast(INVALID);
    device.advance();
    // Reads are done; the write asks again on its own.
    assertThat(iommu.requests.getLast())
        .isEqualTo(new ScriptedIommu.Request(PASID, 1, BASE, W, true));
    iommu.answerLast(INVALID);
    device.drain();
    assertThat(device.failedSamples()).containsExactly(new FailedAccess(BASE + 8, W, INVALID));
    assertThat(device.statistics().splitRetries()).isEqualTo(1);
  }

  @Test
  void accessOverPagesIsNotTakenInParts() {
    Accelerator device = device(config(1, 32, 512, 2));
    iommu.map(BASE, R);
    submit(device, BASE, R);
    assertThat(device.submit(BASE + PAGE - 2, 4, R)).isTrue();
    assertThat(iommu.asked()).containsExactly(BASE + PAGE);
    assertThat(device.submit(BASE + 2 * PAGE - 1 + PAGE, 2, R)).as("room for one only").isFalse();
    iommu.answerLast(INVALID);
    assertThat(device.submit(BASE + 2 * PAGE - 1 + PAGE, 2, R)).isTrue();
    assertThat(iommu.asked()).containsExactly(BASE + PAGE, BASE + 2 * PAGE, BASE + 3 * PAGE);
    AcceleratorStatistics s = device.statistics();
    assertThat(s.accesses()).isEqualTo(3);
    assertThat(s.pageAccesses()).isEqualTo(5);
    assertThat(s.cacheHits()).isEqualTo(1);
    assertThat(s.cacheMisses()).isEqualTo(4);
  }

  @Test
  void accessOverMorePagesThanTheWindowHasGoesThroughInParts() {
    Accelerator device = device(config(1, 32, 512, 2));
    assertThat(device.submit(BASE + PAGE - 2, 4 + 3 * PAGE, R)).isTrue();
    assertThat(iommu.asked()).containsExactly(BASE, BASE + PAGE);
    assertThat(device.submit(BASE, 1, R)).isFalse();
    for (int group = 0; group < 5; group++) {
      device.pageResponse(PASID, group, INVALID);
      device.advance();
    }
    assertThat(device.isIdle()).isTrue();
    assertThat(device.statistics().pageAccesses()).isEqualTo(5);
    assertThat(device.statistics().failedAccesses()).isEqualTo(5);
    device.submit(BASE + PAGE - 2, 4 + 3 * PAGE, R);
    device.reset();
    assertThat(device.isIdle()).isTrue();
    assertThat(device.statistics().pageAccesses()).isEqualTo(10);
    assertThat(device.statistics().failedAccesses()).isEqualTo(10);
  }

  @Test
  void invalidationForAnotherPasidChangesNothing() {
    Accelerator device = device();
    iommu.map(BASE, R);
    submit(device, BASE, R);
    device.invalidate(PASID + 1, BASE, PAGE);
    submit(device, BASE, R);
    assertThat(iommu.translations).isEqualTo(1);
  }

  @Test
  void firstSixteenFailuresAreKept() {
    Accelerator device = device();
    for (int i = 0; i < 20; i++) {
      submit(device, BASE + (long) i * PAGE, R);
      iommu.answerLast(INVALID);
    }
    device.drain();
    assertThat(device.failedSamples()).hasSize(16);
    assertThat(device.statistics().failedAccesses()).isEqualTo(20);
  }

  @Test
  void noWakeUpIsLostWhenAnswersComeAtAnyMoment() throws Exception {
    int rounds = 1_000;
    AtomicInteger asked = new AtomicInteger(-1);
    Iommu nothingPresent =
        new Iommu() {
          @Override
          public int translate(int requesterId, int pasid, long address, int access) {
            return Access.NONE;
          }

          @Override
          public void pageRequest(
              int requesterId,
              int pasid,
              int groupIndex,
              long address,
              int access,
              boolean last,
              long raisedNs) {
            asked.set(groupIndex);
          }
        };
    Accelerator device =
        new Accelerator(1, PASID, nothingPresent, () -> 0, AcceleratorConfig.DEFAULT);
    Thread answering =
        new Thread(() -> {
          SplittableRandom random = new SplittableRandom(4);
          for (int i = 0; i < rounds; i++) {
            int group;
            while ((group = asked.getAndSet(-1)) < 0) {
              Thread.yield();
            }
            // Some answers come while the device spins, some just as it parks, some later.
            long until = System.nanoTime() + random.nextInt(250_000);
            while (System.nanoTime() - until < 0) {
              Thread.onSpinWait();
            }
            device.pageResponse(PASID, group, INVALID);
          }
        });
    answering.start();
    for (int i = 0; i < rounds; i++) {
      submit(device, BASE + (long) i * PAGE, R);
      device.drain();
    }
    answering.join();
    assertThat(device.statistics().failedAccesses()).isEqualTo(rounds);
  }
}
