package dev.faultline.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.Pasid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class AcceleratorTest {
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;
  private static final int X = Access.EXECUTE;
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
  void hitNeedsNoTranslation() {
    iommu.map(BASE, R | W);
    Accelerator device = device();
    submit(device, BASE, R);
    submit(device, BASE + 100, R);
    assertThat(iommu.translations).isEqualTo(1);
    AcceleratorStatistics s = device.statistics();
    assertThat(s.accesses()).isEqualTo(2);
    assertThat(s.cacheHits()).isEqualTo(1);
    assertThat(s.cacheMisses()).isEqualTo(1);
    assertThat(s.groups()).isZero();
    assertThat(device.isIdle()).isTrue();
  }

  @Test
  void writeIsKeptOnlyIfAskedForSoThatTheDirtyBitIsSet() {
    iommu.map(BASE, R | W);
    Accelerator device = device();
    submit(device, BASE, R);
    submit(device, BASE, W);
    submit(device, BASE, W);
    assertThat(iommu.translations).isEqualTo(2);
  }

  @Test
  void d2MissRaisesAGroupAndRetriesOnSuccess() {
    Accelerator device = device();
    submit(device, BASE + 5, W);
    assertThat(iommu.requests).containsExactly(new ScriptedIommu.Request(PASID, 0, BASE, W, true));
    assertThat(device.isIdle()).isFalse();
    assertThat(device.advance()).isZero();
    iommu.map(BASE, R | W);
    iommu.answerLast(SUCCESS);
    assertThat(device.advance()).isPositive();
    assertThat(device.isIdle()).isTrue();
    AcceleratorStatistics s = device.statistics();
    assertThat(s.success()).isEqualTo(1);
    assertThat(s.retries()).isZero();
    assertThat(s.failedAccesses()).isZero();
  }

  @Test
  void l26RetryThatMissesIsANewGroup() {
    Accelerator device = device();
    submit(device, BASE, R);
    iommu.answerLast(SUCCESS);
    device.advance();
    assertThat(iommu.requests).hasSize(2);
    assertThat(iommu.requests.getLast().group()).isNotEqualTo(iommu.requests.getFirst().group());
    iommu.map(BASE, R);
    iommu.answerLast(SUCCESS);
    device.drain();
    assertThat(device.statistics().retries()).isEqualTo(1);
    assertThat(device.statistics().groups()).isEqualTo(2);
  }

  @Test
  void l8InvalidFailsTheAccessAndTheDeviceGoesOn() {
    Accelerator device = device();
    submit(device, BASE + 3, W);
    iommu.answerLast(INVALID);
    device.advance();
    assertThat(device.isIdle()).isTrue();
    assertThat(device.failedSamples()).containsExactly(new FailedAccess(BASE + 3, W, INVALID));
    submit(device, BASE + PAGE, R);
    assertThat(iommu.requests).hasSize(2);
    assertThat(device.statistics().failedAccesses()).isEqualTo(1);
  }

  @Test
  void l8FailureTurnsPageRequestsOffUntilReset() {
    Accelerator device = device();
    submit(device, BASE, R);
    iommu.answerLast(FAILURE);
    device.advance();
    submit(device, BASE + PAGE, R);
    assertThat(iommu.requests).hasSize(1);
    iommu.map(BASE + 2 * PAGE, R);
    submit(device, BASE + 2 * PAGE, R);
    assertThat(device.isIdle()).isTrue();
    assertThat(device.failedSamples())
        .containsExactly(
            new FailedAccess(BASE, R, FAILURE), new FailedAccess(BASE + PAGE, R, FAILURE));
    device.reset();
    submit(device, BASE, R);
    assertThat(iommu.requests).hasSize(2);
  }

  @Test
  void l8FailureFailsWhatIsQueuedToo() {
    Accelerator device = device(config(1, 1, 4, 64));
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    submit(device, BASE + 2 * PAGE, R);
    assertThat(iommu.requests).hasSize(1);
    iommu.answerLast(FAILURE);
    device.drain();
    assertThat(device.statistics().failedAccesses()).isEqualTo(3);
  }

  @Test
  void pageThatIsAskedForIsNotAskedForAgain() {
    Accelerator device = device();
    submit(device, BASE, R | W);
    submit(device, BASE + 8, R);
    submit(device, BASE + 16, W);
    assertThat(iommu.requests).hasSize(1);
    iommu.map(BASE, R | W);
    iommu.answerLast(SUCCESS);
    device.drain();
    assertThat(device.statistics().failedAccesses()).isZero();
  }

  @Test
  void morePermissionIsAskedForSeparately() {
    Accelerator device = device();
    submit(device, BASE, R);
    submit(device, BASE, W);
    assertThat(iommu.requests).hasSize(2);
    assertThat(iommu.requests.getLast().access()).isEqualTo(W);
  }

  @Test
  void readThatJoinedAWriteDoesNotFailWithIt() {
    Accelerator device = device();
    submit(device, BASE, R | W);
    submit(device, BASE, R);
    iommu.answerLast(INVALID);
    device.advance();
    assertThat(iommu.requests).hasSize(2);
    assertThat(iommu.requests.getLast().access()).isEqualTo(R);
    iommu.map(BASE, R);
    iommu.answerLast(SUCCESS);
    device.drain();
    assertThat(device.failedSamples()).extracting(FailedAccess::access).containsExactly(R | W);
  }

  @Test
  void d1GroupHoldsTheNextPagesOfTheStream() {
    Accelerator device = device(config(4, 32, 512, 64));
    iommu.map(BASE + PAGE, R);
    for (int i = 0; i < 5; i++) {
      submit(device, BASE + (long) i * PAGE, R);
    }
    assertThat(iommu.asked())
        .containsExactly(BASE, BASE + 2 * PAGE, BASE + 3 * PAGE, BASE + 4 * PAGE);
    assertThat(iommu.requests)
        .extracting(ScriptedIommu.Request::last)
        .containsExactly(false, false, false, true);
    assertThat(iommu.requests).extracting(ScriptedIommu.Request::group).containsOnly(0);
    assertThat(device.statistics().groups()).isEqualTo(1);
  }

  @Test
  void d1GroupIsSentWhenTheLookAheadEnds() {
    Accelerator device = device(config(4, 32, 512, 8));
    iommu.map(BASE, R);
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    for (int i = 0; i < 7; i++) {
      submit(device, BASE, R);
    }
    assertThat(iommu.requests).isEmpty();
    submit(device, BASE, R);
    submit(device, BASE, R);
    assertThat(iommu.asked()).containsExactly(BASE + PAGE);
  }

  @Test
  void d1GroupIsSentWhenTheCallerHasNothingMore() {
    Accelerator device = device(config(4, 32, 512, 64));
    submit(device, BASE, R);
    assertThat(iommu.requests).isEmpty();
    assertThat(device.advance()).isPositive();
    assertThat(iommu.asked()).containsExactly(BASE);
  }

  @Test
  void l9InvalidGroupIsTakenApart() {
    Accelerator device = device(config(3, 32, 512, 64));
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    submit(device, BASE + 2 * PAGE, R);
    iommu.map(BASE, R);
    iommu.answerLast(INVALID);
    device.advance();
    // The first page is there; the others are asked for again, each on its own.
    assertThat(iommu.asked().subList(3, 5)).containsExactly(BASE + PAGE, BASE + 2 * PAGE);
    int first = iommu.requests.get(3).group();
    int second = iommu.requests.get(4).group();
    assertThat(first).isNotEqualTo(second);
    device.pageResponse(PASID, first, INVALID);
    iommu.map(BASE + 2 * PAGE, R);
    device.pageResponse(PASID, second, SUCCESS);
    device.drain();
    assertThat(device.failedSamples())
        .extracting(FailedAccess::address)
        .containsExactly(BASE + PAGE);
    assertThat(device.statistics().splitRetries()).isEqualTo(2);
  }

  @Test
  void hitUnderMissGoesOnUntilTheWindowIsFull() {
    Accelerator device = device(config(1, 32, 512, 2));
    iommu.map(BASE, R);
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    submit(device, BASE, R);
    submit(device, BASE + 2 * PAGE, R);
    submit(device, BASE, R);
    assertThat(device.submit(BASE + 3 * PAGE, 8, R)).as("the stream stands").isFalse();
    assertThat(device.statistics().accesses()).isEqualTo(5);
    device.pageResponse(PASID, 0, INVALID);
    device.awaitRoom();
    submit(device, BASE + 3 * PAGE, R);
    assertThat(iommu.requests).hasSize(3);
    assertThat(device.statistics().accesses()).isEqualTo(6);
  }

  @Test
  void creditsAreCountedInRequests() {
    Accelerator device = device(config(4, 6, 512, 64));
    for (int i = 0; i < 12; i++) {
      submit(device, BASE + (long) i * PAGE, R);
    }
    assertThat(iommu.requests).as("a second group of 4 is more than 6").hasSize(4);
    for (int i = 0; i < 12; i++) {
      iommu.map(BASE + (long) i * PAGE, R);
    }
    Set<Integer> answered = new HashSet<>();
    while (!device.isIdle()) {
      for (ScriptedIommu.Request request : List.copyOf(iommu.requests)) {
        if (request.last() && answered.add(request.group())) {
          device.pageResponse(PASID, request.group(), SUCCESS);
        }
      }
      device.advance();
    }
    assertThat(iommu.requests).hasSize(12);
    assertThat(device.statistics().maxOutstanding()).isEqualTo(4);
  }

  @Test
  void groupIndicesAreNotUsedTwiceAtATime() {
    Accelerator device = device(config(1, 32, 2, 64));
    for (int i = 0; i < 4; i++) {
      submit(device, BASE + (long) i * PAGE, R);
    }
    assertThat(iommu.requests).extracting(ScriptedIommu.Request::group).containsExactly(0, 1);
    device.pageResponse(PASID, 1, INVALID);
    device.advance();
    assertThat(iommu.requests).extracting(ScriptedIommu.Request::group).containsExactly(0, 1, 1);
  }

  @Test
  void responsesThatNobodyWaitsForAreDropped() {
    Accelerator device = device();
    device.pageResponse(PASID, 3, SUCCESS);
    device.pageResponse(PASID, 512, SUCCESS);
    device.pageResponse(PASID, -1, SUCCESS);
    submit(device, BASE, R);
    device.pageResponse(PASID + 1, 0, SUCCESS);
    assertThat(device.advance()).isZero();
    device.pageResponse(PASID, 0, INVALID);
    device.pageResponse(PASID, 0, SUCCESS);
    device.drain();
    assertThat(device.statistics().success()).isZero();
    assertThat(device.statistics().invalid()).isEqualTo(1);
    assertThat(device.statistics().failedAccesses()).isEqualTo(1);
  }

  @Test
  void l26InvalidationBetweenGrantAndFillIsNotMissed() {
    Accelerator device = device();
    iommu.map(BASE, R);
    iommu.duringTranslation =
        () -> {
          // The page goes while the translation is on its way to the device.
          iommu.duringTranslation = () -> {};
          iommu.unmap(BASE);
          device.invalidate(PASID, BASE, PAGE);
        };
    submit(device, BASE, R);
    assertThat(iommu.translations).isEqualTo(2);
    assertThat(iommu.requests).hasSize(1);
  }

  @Test
  void refaultsAreCounted() {
    Accelerator device = device();
    iommu.map(BASE, R);
    submit(device, BASE, R);
    iommu.unmap(BASE);
    device.invalidate(PASID, 0, Long.MAX_VALUE);
    submit(device, BASE, R);
    submit(device, BASE + PAGE, R);
    assertThat(device.statistics().refaults()).isEqualTo(1);
  }

  @Test
  void accessOverPagesIsSplit() {
    Accelerator device = device(config(1, 32, 512, 2));
    iommu.map(BASE, R);
    assertThat(device.submit(BASE + PAGE - 2, 4 + 3 * PAGE, R)).isTrue();
    assertThat(iommu.asked()).containsExactly(BASE + PAGE, BASE + 2 * PAGE);
    assertThat(device.submit(BASE, 1, R)).isFalse();
    device.pageResponse(PASID, 0, INVALID);
    device.pageResponse(PASID, 1, INVALID);
    assertThat(device.submit(BASE, 1, R)).isTrue();
    assertThat(iommu.asked()).contains(BASE + 3 * PAGE, BASE + 4 * PAGE);
    assertThat(device.statistics().pageAccesses()).isEqualTo(6);
  }

  @Test
  void fetchAsksForReadTooSinceItWouldBeAStopMarker() {
    Accelerator device = device();
    submit(device, BASE, X);
    submit(device, BASE + PAGE, Access.NONE);
    assertThat(iommu.requests).extracting(ScriptedIommu.Request::access).containsExactly(R | X, R);
  }

  @Test
  void stopSendsAMarkerBehindEverything() {
    Accelerator device = device();
    submit(device, BASE, R);
    iommu.answerLast(INVALID);
    device.stop();
    assertThat(iommu.requests.getLast())
        .isEqualTo(new ScriptedIommu.Request(PASID, 0, 0, Access.NONE, true));
    assertThat(device.statistics().requests()).isEqualTo(1);
    assertThat(device.statistics().stopMarkers()).isEqualTo(1);
  }

  @Test
  void stopMarkerNeedsAPasid() {
    Accelerator device =
        new Accelerator(1, Pasid.NONE, iommu, () -> now, AcceleratorConfig.DEFAULT);
    assertThatIllegalStateException().isThrownBy(device::stop);
  }

  @Test
  void l11ResetForgetsGroups() {
    Accelerator device = device();
    iommu.map(BASE + PAGE, R);
    submit(device, BASE + PAGE, R);
    submit(device, BASE, R);
    device.reset();
    assertThat(device.isIdle()).isTrue();
    assertThat(device.failedSamples())
        .containsExactly(new FailedAccess(BASE, R, FailedAccess.ABANDONED));
    device.pageResponse(PASID, 0, SUCCESS);
    assertThat(device.advance()).isZero();
    iommu.unmap(BASE + PAGE);
    submit(device, BASE + PAGE, R);
    assertThat(iommu.requests.getLast().group()).as("index 0 comes last again").isEqualTo(1);
  }

  @Test
  void observerHearsTimesOfTheDevicesClock() {
    Accelerator device = device();
    List<String> heard = new ArrayList<>();
    device.observer(
        new DeviceObserver() {
          @Override
          public void groupRaised(int group, int pages, long raisedNs) {
            heard.add("raised " + group + " " + pages + " " + raisedNs);
          }

          @Override
          public void groupAnswered(
              int group, int pages, int code, long raisedNs, long answeredNs) {
            heard.add("answered " + group + " " + code + " " + raisedNs + " " + answeredNs);
          }

          @Override
          public void accessFailed(long address, int access, int code) {
            heard.add("failed " + code);
          }
        });
    submit(device, BASE, R);
    now = 5000;
    iommu.answerLast(INVALID);
    device.advance();
    assertThat(heard).containsExactly("raised 0 1 1000", "failed 1", "answered 0 1 1000 5000");
  }

  @Test
  void l85AddressesBeyondTheTableAndTheLastByte() {
    Accelerator device = device();
    submit(device, -8, R);
    assertThat(iommu.asked()).containsExactly(-4096L);
    iommu.answerLast(INVALID);
    device.drain();
    assertThatIllegalArgumentException().isThrownBy(() -> device.submit(-8, 9, R));
    assertThatIllegalArgumentException().isThrownBy(() -> device.submit(BASE, 0, R));
  }

  @Test
  void answersFromOtherThreadsWakeTheDevice() throws Exception {
    Accelerator device = device();
    for (int i = 0; i < 300; i++) {
      long page = BASE + (long) i * PAGE;
      submit(device, page, R);
      Thread answering = new Thread(() -> iommu.answerLast(INVALID));
      answering.start();
      device.drain();
      answering.join();
    }
    assertThat(device.statistics().failedAccesses()).isEqualTo(300);
  }

  @Test
  void interruptedThreadStillWaitsAndStaysInterrupted() throws Exception {
    Accelerator device = device();
    submit(device, BASE, R);
    Thread waiting = Thread.currentThread();
    Thread answering =
        new Thread(() -> {
          while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          waiting.interrupt();
          iommu.answerLast(INVALID);
        });
    answering.start();
    device.drain();
    assertThat(device.isIdle()).isTrue();
    while (!Thread.interrupted()) {
      // The interrupt may come after the answer was seen.
      Thread.onSpinWait();
    }
    answering.join();
  }
}
