package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_OVERFLOW;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_PENDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.iopf.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PageRequestQueueTest {
  private static boolean put(PageRequestQueue queue, int groupIndex) {
    return queue.enqueue(1, 5, groupIndex, 0x1000, Access.READ, true, groupIndex);
  }

  @Test
  void oneSlotStaysFree() {
    for (int entries = 2; entries <= 64; entries *= 2) {
      PageRequestQueue queue = new PageRequestQueue(entries);
      assertThat(queue.state().isEmpty()).isTrue();
      for (int i = 0; i < entries - 1; i++) {
        assertThat(put(queue, i)).isTrue();
      }
      assertThat(queue.state().isFull()).isTrue();
      assertThat(queue.readPrs()).isEqualTo(PRS_PENDING);
      assertThat(put(queue, 0)).isFalse();
      assertThat(queue.readPrs()).isEqualTo(PRS_PENDING | PRS_OVERFLOW);
      assertThat(queue.state().used()).isEqualTo(entries - 1);
    }
  }

  @Test
  void refusesSizesThatAreNoPowerOfTwo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PageRequestQueue(48))
        .withMessageContaining("48");
    assertThatIllegalArgumentException().isThrownBy(() -> new PageRequestQueue(1));
  }

  @Test
  void pointersAreByteOffsetsThatWrap() {
    PageRequestQueue queue = new PageRequestQueue(4);
    for (int i = 0; i < 11; i++) {
      assertThat(queue.readPqt()).isEqualTo(i % 4 * 32L);
      assertThat(put(queue, i)).isTrue();
      assertThat(PageRequestDescriptor.groupIndex(queue.memory(), i % 4 * 32L)).isEqualTo(i);
      assertThat(queue.raisedNs(i % 4)).isEqualTo(i);
      queue.writePqh(queue.readPqt());
    }
  }

  @Test
  void L46_nothingIsWrittenWhileOverflowIsSetAndAgainAfterItWasCleared() {
    PageRequestQueue queue = new PageRequestQueue(2);
    assertThat(put(queue, 1)).isTrue();
    assertThat(put(queue, 2)).isFalse();
    queue.writePqh(queue.readPqt());
    assertThat(put(queue, 3)).isFalse();
    assertThat(queue.state().isEmpty()).isTrue();
    queue.writePrs(PRS_OVERFLOW);
    assertThat(queue.readPrs()).isEqualTo(PRS_PENDING);
    assertThat(put(queue, 4)).isTrue();
    assertThat(queue.counters()).isEqualTo(new PageRequestQueueCounters(2, 2, 1, 1));
  }

  @Test
  void interruptsOnlyWhenBothStatusBitsWereClear() {
    PageRequestQueue queue = new PageRequestQueue(4);
    AtomicInteger interrupts = new AtomicInteger();
    queue.connectInterrupt(interrupts::incrementAndGet);
    put(queue, 0);
    put(queue, 1);
    assertThat(interrupts).hasValue(1);
    queue.writePrs(PRS_PENDING);
    put(queue, 2);
    assertThat(interrupts).hasValue(2);
    queue.writePrs(PRS_PENDING);
    put(queue, 3);
    assertThat(queue.readPrs()).isEqualTo(PRS_OVERFLOW);
    assertThat(interrupts).hasValue(3);
    queue.writePqh(queue.readPqt());
    put(queue, 4);
    assertThat(interrupts).hasValue(3);
    queue.writePrs(PRS_OVERFLOW);
    put(queue, 5);
    assertThat(interrupts).hasValue(4);
  }

  @Test
  void manyDeviceThreadsLoseAndDoubleNothing() throws InterruptedException {
    PageRequestQueue queue = new PageRequestQueue(64);
    int threads = 4;
    int each = 20_000;
    AtomicLong refused = new AtomicLong();
    AtomicInteger running = new AtomicInteger(threads);
    List<Thread> devices = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int id = t;
      devices.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  if (!queue.enqueue(id, 5, i & 511, (long) i << 12, Access.READ, true, i)) {
                    refused.incrementAndGet();
                  }
                }
                running.decrementAndGet();
              }));
    }
    long[] lastAddress = new long[threads];
    java.util.Arrays.fill(lastAddress, -1);
    long read = 0;
    boolean done = false;
    while (!done) {
      done = running.get() == 0;
      queue.writePrs(PRS_PENDING);
      boolean overflow = (queue.readPrs() & PRS_OVERFLOW) != 0;
      long tail = queue.readPqt();
      for (long at = queue.readPqh(); at != tail; at = (at + 32) & (64 * 32 - 1)) {
        int id = PageRequestDescriptor.requesterId(queue.memory(), at);
        long address = PageRequestDescriptor.address(queue.memory(), at);
        assertThat(address).isGreaterThan(lastAddress[id]);
        assertThat(queue.raisedNs((int) (at / 32))).isEqualTo(address >>> 12);
        lastAddress[id] = address;
        read++;
      }
      queue.writePqh(tail);
      if (overflow) {
        queue.writePrs(PRS_OVERFLOW);
      }
    }
    for (Thread device : devices) {
      device.join();
    }
    assertThat(read + refused.get()).isEqualTo((long) threads * each);
    assertThat(queue.counters().written()).isEqualTo(read);
    assertThat(queue.counters().unwritten()).isEqualTo(refused.get());
  }
}
