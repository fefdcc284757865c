package dev.faultline.hardware.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultHandler;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The driver with the real fault engine above it and a command queue for the way back.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageRequestDriverEngineTest {
  private static final int PASID = 5;

  private final List<String> delivered = Collections.synchronizedList(new ArrayList<>());
  private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
  private final PageRequestQueue ring = new PageRequestQueue(64);
  private final CommandQueue commands =
      new CommandQueue(
          16,
          (requesterId, pasid, groupIndex, code) ->
              delivered.add("%d/%d/%d=%d".formatted(requesterId, pasid, groupIndex, code)),
          true);
  private final PageRequestDriver driver = new PageRequestDriver(ring, commands);
  private final FaultDevice device = new FaultDevice("device", commands, true);
  private final FaultHandler handler =
      group -> {
        handled.add(group.groupIndex() + "x" + group.size());
        group.respond(ResponseCode.SUCCESS);
      };
  private final FaultQueue queue =
      FaultQueue.open(
          FaultQueueConfig.builder("queue")
              .workers(FaultWorkers.caller())
              .lowLevelQueue(driver)
              .build());
  private final FaultProducer producer = queue.addDevice(device);

  @AfterEach
  void close() {
    queue.close();
  }

  private boolean put(int requesterId, int groupIndex, int page, boolean last) {
    return ring.enqueue(
        requesterId, PASID, groupIndex, (long) page << 12, Access.READ, last, System.nanoTime());
  }

  @Test
  void aGroupGoesFromTheRingToTheHandlerAndItsAnswerBack() {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1, 2);
    put(1, 7, 0, false);
    put(1, 7, 1, false);
    put(1, 7, 2, true);
    put(2, 8, 3, true);
    assertThat(driver.poll(100)).isEqualTo(4);
    assertThat(handled).containsExactly("7x3", "8x1");
    assertThat(delivered).containsExactly("1/5/7=0", "2/5/8=0");
  }

  @Test
  void L19_noHandlerIsAnsweredByTheEngineAndNotAgainByTheDriver() {
    driver.attach(producer, 1);
    put(1, 7, 0, true);
    driver.poll(100);
    assertThat(delivered).containsExactly("1/5/7=1");
    assertThat(driver.counters().answers()).isZero();
  }

  @Test
  void L61_requestsOfARemovedDeviceAreAnsweredInvalidOnce() {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1);
    put(1, 7, 0, false);
    put(1, 7, 1, true);
    ring.enqueue(1, PASID, 0, 0, Access.NONE, true, 0);
    producer.remove();
    driver.poll(100);
    assertThat(handled).isEmpty();
    assertThat(delivered).containsExactly("1/5/7=1");
    assertThat(driver.counters().notAttached()).isOne();
    assertThat(driver.detach(producer)).isOne();
    put(1, 8, 0, true);
    driver.poll(100);
    assertThat(delivered).containsExactly("1/5/7=1", "1/5/8=1");
    assertThat(driver.counters().unknownDevice()).isOne();
  }

  @Test
  void L29_flushOfTheEngineEmptiesTheRingFirst() {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1);
    put(1, 7, 0, true);
    put(1, 8, 0, true);
    producer.flush(PASID);
    assertThat(handled).containsExactly("7x1", "8x1");
    assertThat(delivered).hasSize(2);
  }

  @Test
  void L42_partialsOfAnOverflowNeverMeetALaterLastRequest() {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1);
    for (int i = 0; i < 63; i++) {
      assertThat(put(1, 7, i, false)).isTrue();
    }
    assertThat(put(1, 7, 63, true)).isFalse();
    while (driver.hasWork()) {
      driver.poll(100);
    }
    assertThat(put(1, 7, 99, true)).isTrue();
    driver.poll(100);
    assertThat(handled).containsExactly("7x1");
    assertThat(driver.counters().discardedPartials()).isEqualTo(63);
  }

  @Test
  void L37_stopMarkerWakesTheWaiterAndHasNoAnswer() throws InterruptedException {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1);
    AtomicBoolean came = new AtomicBoolean();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                came.set(producer.awaitStopMarker(PASID, 10_000_000_000L));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    while (waiter.isAlive()) {
      ring.enqueue(1, PASID, 0, 0, Access.NONE, true, 0);
      driver.poll(100);
      Thread.onSpinWait();
    }
    waiter.join();
    assertThat(came).isTrue();
    assertThat(delivered).isEmpty();
  }

  @Test
  void L14_privateDataOfTheOldLayoutComesBackInTheDescriptor() {
    device.routes().set(PASID, handler);
    driver.attach(producer, 1);
    CommandQueue plain = new CommandQueue(4, (requesterId, pasid, groupIndex, code) -> {}, false);
    FaultDevice old = new FaultDevice("old", plain, false);
    old.routes().set(PASID, handler);
    FaultProducer oldProducer = queue.addDevice(old);
    driver.attach(oldProducer, 3);
    long at = ring.readPqt();
    put(3, 7, 0, true);
    PageRequestDescriptor.putPrivateData(ring.memory(), at, 0x1122, 0x3344);
    driver.poll(100);
    assertThat(plain.memory().get(PageRequestDescriptor.WORD, 16)).isEqualTo(0x1122);
    assertThat(plain.memory().get(PageRequestDescriptor.WORD, 24)).isEqualTo(0x3344);
    // The descriptor copies the PASID of the request, whatever the device needs.
    assertThat(PageGroupResponseDescriptor.pasid(plain.memory(), 0)).isEqualTo(PASID);
    assertThat(PageGroupResponseDescriptor.hasPrivateData(plain.memory(), 0)).isTrue();
  }

  @Test
  void recordPathAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    AtomicLong answered = new AtomicLong();
    PageRequestQueue quietRing = new PageRequestQueue(64);
    CommandQueue quiet =
        new CommandQueue(
            16, (requesterId, pasid, groupIndex, code) -> answered.incrementAndGet(), true);
    PageRequestDriver quietDriver = new PageRequestDriver(quietRing, quiet);
    FaultDevice quietDevice = new FaultDevice("quiet", quiet, true);
    quietDevice.routes().set(PASID, group -> group.respond(ResponseCode.SUCCESS));
    quietDriver.attach(queue.addDevice(quietDevice), 1);
    long bytes = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20_000; i++) {
        quietRing.enqueue(1, PASID, i & 511, (long) i << 12, Access.READ, i % 2 == 0, 0);
        quietRing.enqueue(9, PASID, i & 511, (long) i << 12, Access.READ, true, 0);
        quietDriver.poll(16);
      }
      bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(answered.get()).isEqualTo(10 * 30_000);
    assertThat(bytes).isLessThan(2_000);
  }

  @Test
  void I1_threadsAndOverflowsAndEveryLastRequestHasOneAnswer() throws InterruptedException {
    int devices = 2;
    int each = 50_000;
    AtomicInteger[] answers = {new AtomicInteger(), new AtomicInteger()};
    PageRequestQueue smallRing = new PageRequestQueue(16);
    CommandQueue smallCommands =
        new CommandQueue(
            4,
            (requesterId, pasid, groupIndex, code) -> answers[requesterId].incrementAndGet(),
            true);
    PageRequestDriver smallDriver = new PageRequestDriver(smallRing, smallCommands);
    smallRing.connectInterrupt(smallDriver);
    AtomicBoolean stop = new AtomicBoolean();
    try (FaultQueue threaded =
        FaultQueue.open(
            FaultQueueConfig.builder("threaded")
                .workers(FaultWorkers.threads(1))
                .lowLevelQueue(smallDriver)
                .build())) {
      List<FaultProducer> producers = new ArrayList<>();
      for (int i = 0; i < devices; i++) {
        FaultDevice one = new FaultDevice("d" + i, smallCommands, true);
        one.routes().set(PASID, group -> group.respond(ResponseCode.SUCCESS));
        FaultProducer added = threaded.addDevice(one);
        producers.add(added);
        smallDriver.attach(added, i);
      }
      Thread runner =
          Thread.ofPlatform()
              .start(() ->
                  smallDriver.run(stop::get, new dev.faultline.hardware.BackoffIdleStrategy()));
      List<Thread> threads = new ArrayList<>();
      for (int d = 0; d < devices; d++) {
        int id = d;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    boolean last = i % 3 == 2;
                    if (!smallRing.enqueue(
                            id, PASID, i / 3 & 511, (long) i << 12, Access.READ, last, 0)
                        && last) {
                      answers[id].incrementAndGet();
                    }
                    while (i / 3 - answers[id].get() > 100) {
                      Thread.onSpinWait();
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (FaultProducer each1 : producers) {
        each1.flush(Pasid.ALL);
      }
      stop.set(true);
      smallDriver.wake();
      runner.join();
    }
    for (AtomicInteger count : answers) {
      assertThat(count).hasValue(each / 3);
    }
    assertThat(smallRing.state().overflow()).isFalse();
  }
}
