package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The way of a fault allocates nothing once it is warm: not at the reporter, not at the worker.
@Timeout(120)
class ZeroAllocationTest {
  private static final int BATCH = 32;
  private static final int FAULTS = 100_000;
  private static final long BOUND_BYTES = 32_768;

  /// Asks the virtual machine how much a thread has allocated. Through reflection, so that the
  /// module needs no dependency for the sake of one test.
  private static final class Allocated {
    private final Object bean;
    private final Method method;

    Allocated() throws ReflectiveOperationException {
      bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getThreadAllocatedBytes", long.class);
    }

    long bytes(Thread thread) throws ReflectiveOperationException {
      return (long) method.invoke(bean, thread.threadId());
    }
  }

  @ParameterizedTest(name = "inline {0}, groups of {1}")
  @CsvSource({"true,1", "true,4", "false,1", "false,4"})
  void L57_reporterAndWorkersAllocateNothing(boolean inline, int requests) throws Exception {
    Allocated allocated = new Allocated();
    AtomicInteger answers = new AtomicInteger();
    FaultDevice device = new FaultDevice("d", response -> answers.incrementAndGet() != 0, true);
    FaultWorkers workers = inline ? FaultWorkers.caller() : FaultWorkers.threads(1);
    try (FaultQueue queue =
        FaultQueue.open(FaultQueueConfig.builder("alloc").workers(workers).maxRepeats(0).build())) {
      device.routes().set(1, group -> group.respond(ResponseCode.SUCCESS));
      FaultProducer producer = queue.addDevice(device);
      PageRequestBuffer buffer = new PageRequestBuffer(BATCH * requests);
      run(producer, buffer, requests, answers, 2 * FAULTS);

      List<Thread> threads = new ArrayList<>(Invariants.threadsOf(queue));
      threads.add(Thread.currentThread());
      long[] before = new long[threads.size()];
      for (int i = 0; i < before.length; i++) {
        before[i] = allocated.bytes(threads.get(i));
      }
      run(producer, buffer, requests, answers, FAULTS);
      for (int i = 0; i < before.length; i++) {
        assertThat(allocated.bytes(threads.get(i)) - before[i])
            .as("bytes that %s has allocated for %d faults", threads.get(i), FAULTS)
            .isLessThan(BOUND_BYTES);
      }
      assertThat(producer.statistics().count(FaultCounter.ANSWERED_SUCCESS))
          .isEqualTo(answers.get());
    }
  }

  private static void run(
      FaultProducer producer,
      PageRequestBuffer buffer,
      int requests,
      AtomicInteger answers,
      int faults) {
    for (int done = 0; done < faults; done += BATCH * requests) {
      buffer.clear();
      for (int g = 0; g < BATCH; g++) {
        for (int i = 0; i < requests; i++) {
          boolean last = i == requests - 1;
          buffer.add(1, 1, g, (long) (g + i) << 12, Access.READ, last, 0, 0, 0);
        }
      }
      int expected = answers.get() + BATCH;
      producer.report(buffer);
      while (answers.get() < expected) {
        Thread.onSpinWait();
      }
    }
  }
}
