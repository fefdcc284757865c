package dev.faultline.app.bench;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultStatistics;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.ReportStatus;
import dev.faultline.iopf.ResponseCode;

/// One set-up of the engine's benchmark: report, hand-over, worker, answer, with a handler that
/// does nothing. One thread reports and owns the object.
///
/// What a fault costs here is everything that the engine does for it, the driver's writing of the
/// request included. Groups are reported in turn for each device; a reporter that has no room
/// waits, as a driver that leaves requests in its ring.
public final class EngineCase implements AutoCloseable {
  /// First group index of the unrelated partials; the measured groups use 0 to 511.
  private static final int BACKLOG_INDEX = 1 << 16;

  private static final int PASID = 7;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final int OPEN_GROUPS = 1024;
  private static final int LOW_WATER = 256;
  private static final int SPINS = 64;

  private final int groupSize;
  private final int reportBatch;
  private final FaultQueue queue;
  private final FaultProducer[] producers;
  private final PageRequestBuffer buffer;
  private final int[] rooms;
  private long groups;

  /// Opens the queue and reports the backlog.
  ///
  /// @param groupSize requests in a group
  /// @param reportBatch requests that are reported in one call
  /// @param workers number of worker threads; 0 = the reporter runs its groups itself
  /// @param devices number of devices
  /// @param backlog unrelated partials that are pending meanwhile, on all devices together
  public EngineCase(int groupSize, int reportBatch, int workers, int devices, int backlog) {
    this.groupSize = groupSize;
    this.reportBatch = reportBatch;
    queue =
        FaultQueue.open(
            FaultQueueConfig.builder("bench")
                .workers(workers == 0 ? FaultWorkers.caller() : FaultWorkers.threads(workers))
                .maxPartialsPerDevice(backlog + groupSize)
                .maxOpenGroupsPerDevice(OPEN_GROUPS)
                .groupCapacity(OPEN_GROUPS * devices)
                .build());
    producers = new FaultProducer[devices];
    rooms = new int[devices];
    buffer = new PageRequestBuffer(Math.max(reportBatch, 16));
    for (int i = 0; i < devices; i++) {
      FaultDevice device = new FaultDevice("device-" + i, response -> true, true);
      device.routes().set(PASID, group -> group.respond(ResponseCode.SUCCESS));
      producers[i] = queue.addDevice(device);
    }
    for (int i = 0; i < backlog; i++) {
      buffer.clear();
      buffer.add(1, PASID, BACKLOG_INDEX + i, BASE, Access.READ, false, 0, 0, 0);
      producers[i % devices].report(buffer);
      if (buffer.status(0) != ReportStatus.PARTIAL) {
        throw new IllegalStateException("backlog refused: " + buffer.status(0));
      }
    }
    buffer.clear();
  }

  /// Reports groups until at least `faults` requests went through, and waits for their answers.
  ///
  /// @return how many requests
  public long run(long faults) {
    long reported = 0;
    int device = 0;
    int devices = producers.length;
    while (reported < faults) {
      FaultProducer producer = producers[device];
      // A run of requests for one device: as many whole groups as fill a batch, at least one.
      int run = Math.max(reportBatch, groupSize);
      for (int i = 0; i < run; i += groupSize) {
        reported += reportGroup(producer, device);
      }
      flushBuffer(producer, device);
      device = device + 1 == devices ? 0 : device + 1;
    }
    FaultStatistics now = queue.statistics();
    while (now.openGroups() > 0) {
      Thread.onSpinWait();
      now = queue.statistics();
    }
    now = queue.statistics();
    if (now.answered() != groups) {
      throw new IllegalStateException(
          "%d groups reported, %d answered: %s".formatted(groups, now.answered(), now));
    }
    return reported;
  }

  private int reportGroup(FaultProducer producer, int device) {
    int index = (int) (groups & 511);
    long address = BASE + ((groups * groupSize & 0xffff) << 12);
    groups++;
    for (int i = 0; i < groupSize; i++) {
      buffer.add(
          1,
          PASID,
          index,
          address + ((long) i << 12),
          Access.READ | Access.WRITE,
          i == groupSize - 1,
          groups,
          0,
          0);
      if (buffer.size() == reportBatch) {
        flushBuffer(producer, device);
      }
    }
    return groupSize;
  }

  private void flushBuffer(FaultProducer producer, int device) {
    int size = buffer.size();
    if (size == 0) {
      return;
    }
    while (rooms[device] < size) {
      int room = producer.room();
      rooms[device] = room;
      if (room < Math.min(size + LOW_WATER, OPEN_GROUPS)) {
        // Asking costs the worker a cache line that it writes: not more often than is useful.
        for (int i = 0; i < SPINS; i++) {
          Thread.onSpinWait();
        }
      }
    }
    producer.report(buffer);
    rooms[device] -= size;
    buffer.clear();
  }

  /// Returns what the queue has counted.
  public FaultStatistics statistics() {
    return queue.statistics();
  }

  /// Returns how many groups were reported.
  public long groups() {
    return groups;
  }

  @Override
  public void close() {
    queue.close();
  }
}
