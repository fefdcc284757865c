package dev.faultline.iopf;

/// One small queue with one device, made anew for every round of a test. On a stepped queue nothing
/// runs but what an actor runs.
final class Rig {
  private static final int ALL = 100;
  private static final long WAIT_NS = 10_000_000_000L;

  final Answers answers = new Answers();
  final FaultQueue queue;
  final FaultDevice device = new FaultDevice("device", answers, true);
  final FaultProducer producer;

  Rig(FaultWorkers workers, FaultHandler handler) {
    this(config(workers).build(), handler);
  }

  Rig(FaultQueueConfig config, FaultHandler handler) {
    queue = FaultQueue.open(config);
    device.routes().set(Pasid.NONE, handler);
    producer = queue.addDevice(device);
  }

  /// A queue with one stepped worker whose handler answers SUCCESS.
  static Rig stepped() {
    return new Rig(FaultWorkers.stepped(1), Rig::succeed);
  }

  static FaultQueueConfig.Builder config(FaultWorkers workers) {
    return FaultQueueConfig.builder("stress")
        .workers(workers)
        .maxDevices(4)
        .logLinesPerSecond(0)
        .maxRepeats(0);
  }

  static void succeed(FaultGroup group) {
    group.respond(ResponseCode.SUCCESS);
  }

  ReportStatus reportLast(int groupIndex) {
    return report(producer, groupIndex, true);
  }

  ReportStatus reportPartial(int groupIndex) {
    return report(producer, groupIndex, false);
  }

  static ReportStatus report(FaultProducer producer, int groupIndex, boolean last) {
    PageRequestBuffer buffer = new PageRequestBuffer(1);
    add(buffer, groupIndex, last);
    producer.report(buffer);
    return buffer.status(0);
  }

  static void add(PageRequestBuffer buffer, int groupIndex, boolean last) {
    buffer.add(
        1,
        Pasid.NONE,
        groupIndex,
        Answers.addressOf(groupIndex),
        Access.READ,
        last,
        Answers.privateDataOf(groupIndex),
        0,
        0);
  }

  /// Lets a worker run what is there.
  int step(int worker) {
    return queue.step(worker, ALL);
  }

  /// Flushes everything. A stepped queue gives up when nobody else seems to run, but in these tests
  /// other actors do: so it is asked again.
  ///
  /// @return 1 if it became quiet, 0 if not even after a long time
  int flush() {
    long startNs = System.nanoTime();
    do {
      if (producer.flush(Pasid.ALL, WAIT_NS)) {
        return 1;
      }
      Thread.yield();
    } while (System.nanoTime() - startNs < WAIT_NS);
    return 0;
  }

  /// Flushes everything with discard, however often it takes.
  void flushDiscarding() {
    long startNs = System.nanoTime();
    boolean quiet = false;
    while (!quiet) {
      try {
        producer.flushDiscarding(Pasid.ALL);
        quiet = true;
      } catch (IllegalStateException e) {
        if (System.nanoTime() - startNs > WAIT_NS) {
          throw e;
        }
        Thread.yield();
      }
    }
  }

  /// Returns whether the counters of the whole queue add up.
  boolean isBalanced() {
    return queue.statistics().imbalance().isEmpty();
  }
}
