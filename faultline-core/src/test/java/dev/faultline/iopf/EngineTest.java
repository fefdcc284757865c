package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/// A test with fault queues and fake devices; when it ends they are torn down and the invariants
/// are checked.
@Timeout(60)
abstract class EngineTest {
  /// PASIDs of the scenarios.
  static final int P = 7;

  static final int OTHER = 9;

  /// Quiet: many tests make handlers and responders throw. Held here, since loggers are held
  /// weakly.
  private static final Logger LOG = Logger.getLogger("dev.faultline.iopf");

  static {
    LOG.setLevel(Level.OFF);
  }

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(10);

  private final Map<FaultQueue, List<FakeDevice>> queues = new LinkedHashMap<>();
  private final List<RecordingHandler> handlers = new ArrayList<>();
  private final List<Gate> gates = new ArrayList<>();
  private boolean brokenOnPurpose;

  /// Returns the address of the n-th page of the scenarios.
  static long page(int n) {
    return 0x10_0000L + ((long) n << 12);
  }

  // ---- actors

  FaultQueue open(WorkerKind kind) {
    return open(kind, config -> config);
  }

  FaultQueue open(WorkerKind kind, UnaryOperator<FaultQueueConfig.Builder> settings) {
    return open(kind.workers, settings);
  }

  FaultQueue open(FaultWorkers workers, UnaryOperator<FaultQueueConfig.Builder> settings) {
    FaultQueueConfig.Builder builder =
        FaultQueueConfig.builder("test" + NAMES.incrementAndGet()).workers(workers);
    FaultQueue queue = FaultQueue.open(settings.apply(builder).build());
    queues.put(queue, new ArrayList<>());
    return queue;
  }

  /// Makes a device and attaches it.
  FakeDevice device(FaultQueue queue) {
    return attach(queue, new FakeDevice("device" + NAMES.incrementAndGet()));
  }

  FakeDevice attach(FaultQueue queue, FakeDevice device) {
    device.addTo(queue);
    if (!queues.get(queue).contains(device)) {
      queues.get(queue).add(device);
    }
    return device;
  }

  RecordingHandler handler() {
    return track(new RecordingHandler());
  }

  RecordingHandler track(RecordingHandler handler) {
    handlers.add(handler);
    return handler;
  }

  Gate gate() {
    Gate gate = new Gate();
    gates.add(gate);
    return gate;
  }

  // ---- time

  /// Lets the workers of a stepped queue run until nothing is queued; no effect on other queues.
  static void pump(FaultQueue queue) {
    if (!queue.isStepped()) {
      return;
    }
    int ran;
    do {
      ran = 0;
      for (int worker = 0; worker < queue.config().workers().count(); worker++) {
        ran += queue.step(worker, 3);
      }
    } while (ran > 0);
  }

  /// Reports in the background and, on a stepped queue, runs what is queued there: so that a
  /// handler can stand at a gate whatever runs it.
  static Task inBackground(FaultQueue queue, Requests requests) {
    return Task.start(() -> {
      requests.report();
      pump(queue);
    });
  }

  /// Waits until the queue has nothing open.
  static void settle(FaultQueue queue) {
    pump(queue);
    Await.until(
        queue + " is idle: " + queue.producers(),
        () -> queue.statistics().openGroups() == 0 && !queue.hasUnsent());
  }

  static void awaitAnswers(FakeDevice device, int n) {
    Await.until(
        n + " answers of " + device + ", there are " + device.answers(),
        () -> device.answerCount() >= n);
  }

  /// Waits until all threads of a queue are parked.
  static void awaitParked(FaultQueue queue) {
    Await.until(
        "workers are parked",
        () ->
            Invariants.threadsOf(queue).stream()
                .allMatch(thread -> thread.getState() == Thread.State.WAITING));
  }

  // ---- end

  /// For the test of the invariants themselves.
  void isBrokenOnPurpose() {
    brokenOnPurpose = true;
  }

  @AfterEach
  void invariantsHold() {
    gates.forEach(Gate::open);
    handlers.forEach(RecordingHandler::openGates);
    if (brokenOnPurpose) {
      queues.keySet().forEach(FaultQueue::close);
      return;
    }
    queues.forEach((queue, devices) -> {
      devices.forEach(device -> {
        device.busy(0);
        device.throwing(0);
        device.beforeAnswer(null);
      });
      assertThat(queue.close(CLOSE_NS)).as("queue closes").isTrue();
      queue.tick();
      Await.until("all responses have left", () -> !queue.hasUnsent());
    });
    queues.forEach(Invariants::check);
  }
}
