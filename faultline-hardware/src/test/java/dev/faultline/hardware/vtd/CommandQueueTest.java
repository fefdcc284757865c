package dev.faultline.hardware.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandQueueTest {
  private final List<String> delivered = new ArrayList<>();

  private void record(int requesterId, int pasid, int groupIndex, int code) {
    delivered.add("%x/%d/%d=%d".formatted(requesterId, pasid, groupIndex, code));
  }

  @Test
  void deliversWhatWasInserted() {
    CommandQueue queue = new CommandQueue(8, this::record, false);
    assertThat(queue.respond(0x6a01, 5, 511, ResponseCode.SUCCESS)).isTrue();
    assertThat(queue.respond(0x6a02, Pasid.NONE, 0, ResponseCode.FAILURE)).isTrue();
    assertThat(delivered).isEmpty();
    assertThat(queue.drain()).isEqualTo(2);
    assertThat(delivered).containsExactly("6a01/5/511=0", "6a02/-1/0=15");
    assertThat(queue.drain()).isZero();
  }

  @Test
  void L28_fullQueueRefusesAndDropsNothing() {
    CommandQueue queue = new CommandQueue(4, this::record, false);
    for (int i = 0; i < 3; i++) {
      assertThat(queue.respond(1, 5, i, ResponseCode.INVALID)).isTrue();
    }
    assertThat(queue.respond(1, 5, 3, ResponseCode.INVALID)).isFalse();
    assertThat(queue.drain()).isEqualTo(3);
    assertThat(queue.respond(1, 5, 3, ResponseCode.INVALID)).isTrue();
    assertThat(queue.drain()).isOne();
    assertThat(delivered).containsExactly("1/5/0=1", "1/5/1=1", "1/5/2=1", "1/5/3=1");
    assertThat(queue.counters()).isEqualTo(new CommandQueueCounters(4, 1, 4, 0, 0));
  }

  @Test
  void drainOnInsertDeliversAtOnceAlsoFromInsideADelivery() {
    AtomicReference<@Nullable CommandQueue> self = new AtomicReference<>();
    CommandQueue queue =
        new CommandQueue(
            2,
            (requesterId, pasid, groupIndex, code) -> {
              record(requesterId, pasid, groupIndex, code);
              if (groupIndex < 5) {
                boolean taken =
                    java.util.Objects.requireNonNull(self.get())
                        .respond(requesterId, pasid, groupIndex + 1, ResponseCode.SUCCESS);
                assertThat(taken).isTrue();
              }
            },
            true);
    self.set(queue);
    queue.respond(1, 5, 0, ResponseCode.SUCCESS);
    assertThat(delivered).hasSize(6);
  }

  @Test
  void aThrowingDeviceDoesNotHurtTheThreadThatAnswers() {
    CommandQueue queue =
        new CommandQueue(
            2,
            (requesterId, pasid, groupIndex, code) -> {
              throw new IllegalStateException("device model bug");
            },
            true);
    assertThat(queue.respond(1, 5, 0, ResponseCode.SUCCESS)).isTrue();
    assertThat(queue.respond(1, 5, 1, ResponseCode.SUCCESS)).isTrue();
    assertThat(queue.counters().failed()).isEqualTo(2);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void L28_manyRespondersLoseNoAnswer() throws InterruptedException {
    AtomicLong sum = new AtomicLong();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    CommandQueue queue =
        new CommandQueue(
            4,
            (requesterId, pasid, groupIndex, code) -> {
              if (inside.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
              }
              sum.addAndGet(pasid);
              inside.decrementAndGet();
            },
            true);
    int threads = 4;
    int each = 20_000;
    List<Thread> responders = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      responders.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  while (!queue.respond(1, i, 0, ResponseCode.SUCCESS)) {
                    Thread.onSpinWait();
                  }
                }
              }));
    }
    for (Thread responder : responders) {
      responder.join();
    }
    // No drain here: the inserting threads must have left nothing behind.
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.counters().delivered()).isEqualTo((long) threads * each);
    assertThat(sum).hasValue((long) threads * each * (each - 1) / 2);
    assertThat(overlaps).hasValue(0);
  }

  @Test
  void L28_noAnswerIsLeftBehindByAThreadThatStopsDraining() throws InterruptedException {
    AtomicLongArray deliveredBy = new AtomicLongArray(64);
    CommandQueue queue =
        new CommandQueue(
            16,
            (requesterId, pasid, groupIndex, code) -> deliveredBy.incrementAndGet(requesterId * 16),
            true);
    AtomicInteger leftBehind = new AtomicInteger();
    List<Thread> responders = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      int id = t;
      responders.add(
          Thread.ofPlatform().start(() -> sendOneByOne(queue, id, deliveredBy, leftBehind)));
    }
    for (Thread responder : responders) {
      responder.join();
    }
    assertThat(leftBehind).hasValue(0);
  }

  /// Sends an answer and waits for its delivery, which somebody else may have taken over.
  private static void sendOneByOne(
      CommandQueue queue, int id, AtomicLongArray deliveredBy, AtomicInteger leftBehind) {
    for (long i = 1; i <= 300_000 && leftBehind.get() == 0; i++) {
      queue.respond(id, 5, 0, ResponseCode.SUCCESS);
      long startNs = System.nanoTime();
      while (deliveredBy.get(id * 16) < i && leftBehind.get() == 0) {
        Thread.onSpinWait();
        if (System.nanoTime() - startNs > 5_000_000_000L) {
          leftBehind.incrementAndGet();
        }
      }
    }
  }
}
