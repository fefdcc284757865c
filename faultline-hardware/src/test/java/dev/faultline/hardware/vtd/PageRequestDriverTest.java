package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_OVERFLOW;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_PENDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.hardware.BackoffIdleStrategy;
import dev.faultline.hardware.IdleStrategy;
import dev.faultline.hardware.Interrupt;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.ResponseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageRequestDriverTest {
  private final List<String> answers = new ArrayList<>();
  private boolean busy;

  private boolean answer(int requesterId, int pasid, int groupIndex, ResponseCode code) {
    if (busy) {
      return false;
    }
    answers.add("%d/%d/%d %s".formatted(requesterId, pasid, groupIndex, code));
    return true;
  }

  private PageRequestDriver driver(PageRequestRing ring) {
    return new PageRequestDriver(ring, this::answer);
  }

  private static void put(PageRequestQueue ring, int requesterId, int groupIndex) {
    assertThat(ring.enqueue(requesterId, 5, groupIndex, 0x1000, Access.READ, true, 0)).isTrue();
  }

  private static void putPartial(PageRequestQueue ring, int requesterId, int groupIndex) {
    assertThat(ring.enqueue(requesterId, 5, groupIndex, 0x1000, Access.READ, false, 0)).isTrue();
  }

  private static List<Integer> range(int end) {
    return IntStream.range(0, end).boxed().toList();
  }

  @Test
  void batchesConsecutiveRequestsOfOneDevice() {
    PageRequestQueue ring = new PageRequestQueue(64);
    PageRequestDriver driver =
        new PageRequestDriver(
            ring, this::answer, PageRequestDriverConfig.defaults().withBatchRecords(4));
    RecordingTarget one = new RecordingTarget();
    RecordingTarget two = new RecordingTarget();
    driver.attach(one, 1);
    driver.attach(two, 2);
    for (int i = 0; i < 6; i++) {
      put(ring, 1, i);
    }
    put(ring, 2, 6);
    put(ring, 1, 7);
    assertThat(driver.poll(100)).isEqualTo(8);
    assertThat(one.batchSizes).containsExactly(4, 2, 1);
    assertThat(one.groupIndices).containsExactly(0, 1, 2, 3, 4, 5, 7);
    assertThat(two.groupIndices).containsExactly(6);
    assertThat(ring.state().isEmpty()).isTrue();
    assertThat(driver.hasWork()).isFalse();
  }

  @Test
  void L24_severalRequesterIdsOfOneDevice() {
    PageRequestQueue ring = new PageRequestQueue(64);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 8, 9);
    put(ring, 8, 0);
    put(ring, 9, 1);
    driver.poll(100);
    assertThat(target.batchSizes).containsExactly(2);
    assertThat(driver.detachTarget(target)).isEqualTo(2);
    put(ring, 9, 2);
    driver.poll(100);
    assertThat(answers).containsExactly("9/5/2 INVALID");
  }

  @Test
  void aTakenRequesterIdIsRefused() {
    PageRequestDriver driver = driver(new PageRequestQueue(8));
    driver.attach(new RecordingTarget(), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> driver.attach(new RecordingTarget(), 1))
        .withMessageContaining("0x1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> driver.attach(new RecordingTarget()))
        .withMessageContaining("no requester id");
  }

  @Test
  void L20_whatCannotBeReportedIsAnsweredOnceIfItIsALastRequest() {
    PageRequestQueue ring = new PageRequestQueue(64);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    put(ring, 7, 1);
    putPartial(ring, 7, 2);
    ring.enqueue(7, 5, 0, 0, Access.NONE, true, 0);
    long nonCanonical = 0x0100_0000_0000_0000L;
    ring.enqueue(1, 5, 3, nonCanonical, Access.READ, true, 0);
    ring.enqueue(1, 5, 4, nonCanonical, Access.READ, false, 0);
    put(ring, 1, 5);
    assertThat(driver.poll(100)).isEqualTo(6);
    driver.poll(100);
    assertThat(answers).containsExactly("7/5/1 INVALID", "1/5/3 INVALID");
    assertThat(target.groupIndices).containsExactly(5);
    PageRequestDriverCounters counters = driver.counters();
    assertThat(counters.unknownDevice()).isEqualTo(3);
    assertThat(counters.malformed()).isEqualTo(2);
    assertThat(counters.answers()).isEqualTo(2);
    assertThat(counters.records()).isEqualTo(6);
  }

  @Test
  void aRecordOfAnotherTypeIsSkippedWithoutAnswer() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    driver.attach(new RecordingTarget(), 1);
    put(ring, 1, 0);
    ring.memory().set(PageRequestDescriptor.WORD, 0, 0);
    assertThat(driver.poll(100)).isOne();
    assertThat(answers).isEmpty();
    assertThat(driver.counters().nonFault()).isOne();
  }

  @Test
  void L37_stopMarkersAreReportedAndNeverAnswered() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    ring.enqueue(1, 5, 9, 0, Access.NONE, true, 0);
    driver.poll(100);
    assertThat(target.groupIndices).containsExactly(9);
    assertThat(answers).isEmpty();
  }

  @Test
  void L28_answersThatFindTheCommandQueueFullAreKeptInOrder() {
    PageRequestQueue ring = new PageRequestQueue(4);
    PageRequestDriver driver =
        new PageRequestDriver(
            ring, this::answer, PageRequestDriverConfig.defaults().withBatchRecords(2));
    busy = true;
    int sent = 0;
    // Four and two records fit between the ring and the answers kept; then the ring stays full.
    while (ring.enqueue(7, 5, sent, 0x1000, Access.READ, true, 0)) {
      sent++;
      driver.poll(100);
    }
    assertThat(sent).isGreaterThan(4);
    assertThat(driver.hasWork()).isTrue();
    assertThat(answers).isEmpty();
    busy = false;
    while (driver.hasWork()) {
      driver.poll(100);
    }
    assertThat(answers)
        .containsExactlyElementsOf(range(sent).stream().map(i -> "7/5/" + i + " INVALID").toList());
    assertThat(ring.readPrs()).isZero();
  }

  @Test
  void L48_headIsPublishedPerBatchOfASettableSize() {
    PageRequestQueue ring = new PageRequestQueue(64);
    PageRequestDriver driver =
        new PageRequestDriver(
            ring,
            this::answer,
            PageRequestDriverConfig.defaults().withBatchRecords(2).withHeadRecords(4));
    RecordingTarget target = new RecordingTarget();
    List<Long> heads = new ArrayList<>();
    target.onReport = () -> heads.add(ring.readPqh() / 32);
    driver.attach(target, 1);
    for (int i = 0; i < 10; i++) {
      put(ring, 1, i);
    }
    driver.poll(100);
    assertThat(heads).containsExactly(0L, 0L, 4L, 4L, 8L);
    assertThat(ring.readPqh() / 32).isEqualTo(10);
  }

  @Test
  void L42_overflowDropsPartialsOfEveryFaultQueueOnce() {
    PageRequestQueue ring = new PageRequestQueue(4);
    PageRequestDriver driver = driver(ring);
    Object shared = new Object();
    RecordingTarget one = new RecordingTarget(shared);
    RecordingTarget two = new RecordingTarget(shared);
    RecordingTarget other = new RecordingTarget();
    driver.attach(one, 1);
    driver.attach(two, 2);
    driver.attach(other, 3);
    for (int i = 0; i < 3; i++) {
      putPartial(ring, 1, 0);
    }
    assertThat(ring.enqueue(1, 5, 0, 0x1000, Access.READ, true, 0)).isFalse();
    AtomicInteger reportedBefore = new AtomicInteger();
    other.onDiscard = () -> reportedBefore.set(one.groupIndices.size());
    driver.poll(100);
    assertThat(one.discards + two.discards).isOne();
    assertThat(other.discards).isOne();
    assertThat(reportedBefore).hasValue(3);
    assertThat(ring.readPrs()).isZero();
    assertThat(driver.counters().overflows()).isOne();
    assertThat(driver.counters().overflowsCleared()).isOne();
    assertThat(driver.counters().discardedPartials()).isEqualTo(2);
  }

  @Test
  void L45_overflowIsClearedOnlyWhenTheRingIsEmpty() {
    // Hardware that goes on writing while the overflow bit is set, between "drain" and "clear".
    PageRequestQueue inner = new PageRequestQueue(8);
    AtomicBoolean overflow = new AtomicBoolean(true);
    PageRequestRing ring =
        new ForwardingRing(inner) {
          @Override
          public int readPrs() {
            return super.readPrs() | (overflow.get() ? PRS_OVERFLOW : 0);
          }

          @Override
          public void writePrs(int bits) {
            super.writePrs(bits);
            if ((bits & PRS_OVERFLOW) != 0) {
              assertThat(inner.state().isEmpty()).isTrue();
              overflow.set(false);
            }
          }
        };
    overflow.set(false);
    PageRequestDriver driver = driver(ring);
    overflow.set(true);
    RecordingTarget target = new RecordingTarget();
    target.onDiscard =
        () -> {
          if (target.discards < 3) {
            put(inner, 1, 100 + target.discards);
          }
        };
    driver.attach(target, 1);
    put(inner, 1, 0);
    driver.poll(100);
    assertThat(overflow).isTrue();
    assertThat(target.discards).isOne();
    driver.poll(100);
    assertThat(overflow).isTrue();
    assertThat(target.discards).isEqualTo(2);
    driver.poll(100);
    assertThat(overflow).isFalse();
    assertThat(target.discards).isEqualTo(3);
    assertThat(target.groupIndices).containsExactly(0, 101, 102);
    assertThat(driver.counters().overflows()).isOne();
  }

  @Test
  void L45_overflowStaysSetWhileAPassIsCutShort() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    for (int i = 0; i < 7; i++) {
      put(ring, 1, i);
    }
    assertThat(ring.enqueue(1, 5, 0, 0x1000, Access.READ, true, 0)).isFalse();
    driver.poll(5);
    assertThat(ring.state().overflow()).isTrue();
    assertThat(target.discards).isZero();
    assertThat(driver.hasWork()).isTrue();
    driver.poll(5);
    assertThat(ring.state().overflow()).isFalse();
    assertThat(target.discards).isOne();
  }

  @Test
  void L46_thousandOverflowsAreEachFollowedByAGroup() {
    PageRequestQueue ring = new PageRequestQueue(2);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    for (int i = 0; i < 1000; i++) {
      put(ring, 1, i & 511);
      assertThat(ring.enqueue(1, 5, 0, 0x1000, Access.READ, true, 0)).isFalse();
      driver.poll(100);
    }
    assertThat(target.groupIndices).hasSize(1000);
    assertThat(driver.counters().overflowsCleared()).isEqualTo(1000);
  }

  @Test
  void L75_whatTheRingHeldBeforeTheDriverIsRefusedAtStart() {
    PageRequestQueue ring = new PageRequestQueue(4);
    put(ring, 1, 1);
    putPartial(ring, 1, 2);
    put(ring, 2, 3);
    ring.enqueue(2, 5, 4, 0x1000, Access.READ, true, 0);
    PageRequestDriver driver = driver(ring);
    assertThat(answers).containsExactly("1/5/1 INVALID", "2/5/3 INVALID");
    assertThat(ring.state().isEmpty()).isTrue();
    assertThat(ring.readPrs()).isZero();
    assertThat(driver.counters().stale()).isEqualTo(3);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    put(ring, 1, 5);
    driver.poll(100);
    assertThat(target.groupIndices).containsExactly(5);
  }

  @Test
  void aThrowingReportDoesNotWedgeTheRing() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    target.onReport =
        () -> {
          throw new IllegalStateException("bug");
        };
    put(ring, 1, 0);
    assertThatThrownBy(() -> driver.poll(100)).hasMessage("bug");
    target.onReport = () -> {};
    put(ring, 1, 1);
    assertThat(driver.poll(100)).isOne();
    assertThat(target.groupIndices).containsExactly(0, 1);
  }

  @Test
  void L30_flushPollsByItselfWhenNobodyElseDoes() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    for (int i = 0; i < 7; i++) {
      put(ring, 1, i);
    }
    driver.drain();
    assertThat(target.groupIndices).containsExactlyElementsOf(range(7));
    assertThat(ring.state().isEmpty()).isTrue();
    driver.drain();
  }

  @Test
  void L30_flushFromInsideAReportFinishesWithTheRingInOrder() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver =
        new PageRequestDriver(
            ring, this::answer, PageRequestDriverConfig.defaults().withBatchRecords(2));
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    AtomicInteger depth = new AtomicInteger();
    target.onReport =
        () -> {
          if (depth.incrementAndGet() <= 2) {
            int before = target.groupIndices.size();
            driver.drain();
            assertThat(target.groupIndices).hasSizeGreaterThanOrEqualTo(before);
            assertThat(target.groupIndices).hasSize(7);
          }
        };
    for (int i = 0; i < 7; i++) {
      put(ring, 1, i);
    }
    assertThat(driver.poll(3)).isEqualTo(7);
    assertThat(target.groupIndices).containsExactlyElementsOf(range(7));
    assertThat(ring.state().isEmpty()).isTrue();
    put(ring, 1, 7);
    driver.poll(100);
    assertThat(target.groupIndices).hasSize(8);
  }

  @Test
  void L30_flushEndsAfterOneRevolutionAlthoughTheRingIsNeverEmpty() throws Exception {
    PageRequestQueue ring = new PageRequestQueue(16);
    PageRequestDriver driver = driver(ring);
    ring.connectInterrupt(driver);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong marked = new AtomicLong();
    AtomicLong seenMarks = new AtomicLong();
    target.onReport =
        () -> {
          if (target.groupIndices.contains(300)) {
            seenMarks.incrementAndGet();
          }
          target.groupIndices.clear();
          target.batchSizes.clear();
        };
    Thread busyDevice =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                ring.enqueue(1, 5, 1, 0x1000, Access.READ, true, 0);
              }
            });
    Thread runner =
        Thread.ofPlatform().start(() -> driver.run(stop::get, new BackoffIdleStrategy()));
    for (int i = 0; i < 200; i++) {
      long before = seenMarks.get();
      if (ring.enqueue(1, 5, 300, 0x1000, Access.READ, true, 0)) {
        marked.incrementAndGet();
        driver.drain();
        assertThat(seenMarks.get()).isGreaterThan(before);
      } else {
        driver.drain();
      }
    }
    stop.set(true);
    driver.wake();
    busyDevice.join();
    runner.join();
  }

  @Test
  void L117_theDriverThreadNeverSleepsThroughARequest() throws Exception {
    PageRequestQueue ring = new PageRequestQueue(16);
    PageRequestDriver driver = driver(ring);
    ring.connectInterrupt(driver);
    RecordingTarget target = new RecordingTarget();
    driver.attach(target, 1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger reported = new AtomicInteger();
    target.onReport = reported::incrementAndGet;
    // Asks for sleep at once: every request has to wake the thread.
    IdleStrategy sleepy = records -> records == 0;
    Thread runner = Thread.ofPlatform().start(() -> driver.run(stop::get, sleepy));
    Thread flusher =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                driver.drain();
                Thread.onSpinWait();
              }
            });
    long slowestNs = 0;
    for (int i = 0; i < 20_000; i++) {
      int before = reported.get();
      long start = System.nanoTime();
      put(ring, 1, i & 511);
      while (reported.get() == before) {
        Thread.onSpinWait();
      }
      slowestNs = Math.max(slowestNs, System.nanoTime() - start);
    }
    stop.set(true);
    driver.wake();
    runner.join();
    flusher.join();
    assertThat(TimeUnit.NANOSECONDS.toMillis(slowestNs)).isLessThan(2_000);
  }

  @Test
  void onlyOneThreadRunsADriver() throws Exception {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    Thread runner =
        Thread.ofPlatform()
            .start(() ->
                driver.run(
                    stop::get,
                    records -> {
                      started.countDown();
                      return true;
                    }));
    started.await();
    assertThatThrownBy(() -> driver.run(() -> true, records -> true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(runner.getName());
    stop.set(true);
    driver.wake();
    runner.join();
  }

  @Test
  void interruptOfAnIdleRingWakesTheDriver() {
    PageRequestQueue ring = new PageRequestQueue(8);
    PageRequestDriver driver = driver(ring);
    Interrupt interrupt = driver;
    interrupt.raise();
    put(ring, 1, 0);
    assertThat(ring.readPrs()).isEqualTo(PRS_PENDING);
    assertThat(driver.hasWork()).isTrue();
  }

  @Test
  void L117_aPendingBitThatCameAfterItsRecordWasReadKeepsTheDriverAwake() {
    // Another thread's pass read the new tail before the hardware had set PPR: the ring is empty,
    // PPR
    // is set, and so the next record will raise no interrupt.
    PageRequestQueue inner = new PageRequestQueue(8);
    PageRequestRing ring =
        new ForwardingRing(inner) {
          @Override
          public void writePrs(int bits) {
            super.writePrs(bits & ~PRS_PENDING);
          }
        };
    PageRequestDriver driver = driver(ring);
    driver.attach(new RecordingTarget(), 1);
    put(inner, 1, 0);
    assertThat(driver.poll(100)).isOne();
    assertThat(inner.state().isEmpty()).isTrue();
    assertThat(driver.hasWork()).isTrue();
  }
}
