package dev.faultline.model.world;

import dev.faultline.hardware.BackoffIdleStrategy;
import dev.faultline.hardware.vtd.PageRequestDriver;
import dev.faultline.hardware.vtd.PageRequestDriverConfig;
import dev.faultline.hardware.vtd.PageRequestDriverCounters;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultHandler;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.model.iommu.Endpoint;
import dev.faultline.model.iommu.Iommu;
import dev.faultline.model.iommu.IommuCounters;
import dev.faultline.model.iommu.PageTable;
import dev.faultline.model.iommu.VtdIommu;
import dev.faultline.model.iommu.VtdIommuConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A platform with real threads: one driver thread for each IOMMU, the workers of its fault queues,
/// and whatever threads run the devices.
///
/// Made, attached to and closed by one thread; devices run in theirs.
public final class Platform implements AutoCloseable {
  private static final int COMMAND_ENTRIES = 256;
  private static final long AWAIT_MS = 10_000;

  private final PlatformConfig config;
  private final List<Unit> units = new ArrayList<>();
  private final Map<String, FaultQueue> queues = new LinkedHashMap<>();
  private final List<FaultProducer> producers = new ArrayList<>();
  private volatile boolean stopping;
  private boolean closed;

  /// One IOMMU with the driver of its page request queue.
  private record Unit(VtdIommu iommu, PageRequestDriver driver, Thread thread) {}

  /// Makes the IOMMUs and starts their drivers.
  public Platform(PlatformConfig config) {
    this.config = config;
    for (int i = 0; i < config.iommus(); i++) {
      VtdIommu iommu =
          new VtdIommu(new VtdIommuConfig(config.ringEntries(), COMMAND_ENTRIES, true));
      PageRequestDriver driver =
          new PageRequestDriver(
              iommu.pageRequestQueue(),
              iommu.commandQueue(),
              PageRequestDriverConfig.defaults().withBatchRecords(config.reportBatch()));
      iommu.pageRequestQueue().connectInterrupt(driver);
      Thread thread =
          Thread.ofPlatform()
              .name("prq/iommu" + i)
              .daemon()
              .start(() -> driver.run(() -> stopping, new BackoffIdleStrategy()));
      units.add(new Unit(iommu, driver, thread));
    }
  }

  /// Returns the IOMMU behind which a device of this number sits.
  public Iommu iommu(int device) {
    return units.get(device % units.size()).iommu;
  }

  /// Connects a device: to its IOMMU, to its fault queue, and its PASID to an address space.
  ///
  /// @param device number of the device, from 0
  /// @param name for messages and statistics
  /// @param endpoint the device
  /// @param domain number of the address space, for the topology
  /// @param pasid the PASID that the device uses
  /// @param pageTable what the IOMMU walks for it
  /// @param handler resolves its faults
  /// @return the attachment
  public FaultProducer connect(
      int device,
      String name,
      Endpoint endpoint,
      int domain,
      int pasid,
      PageTable pageTable,
      FaultHandler handler) {
    int unitIndex = device % units.size();
    Unit unit = units.get(unitIndex);
    FaultDevice faultDevice = new FaultDevice(name, unit.iommu.commandQueue(), true);
    faultDevice.routes().set(pasid, handler);
    String queueName = config.topology().queueName(unitIndex, domain, device);
    FaultQueue queue = queues.computeIfAbsent(queueName, this::openQueue);
    FaultProducer producer = queue.addDevice(faultDevice, unit.driver);
    producers.add(producer);
    unit.driver.attach(producer, endpoint.requesterId());
    unit.iommu.addDevice(endpoint);
    unit.iommu.enablePageRequests(endpoint.requesterId(), true);
    unit.iommu.bind(endpoint.requesterId(), pasid, pageTable);
    return producer;
  }

  private FaultQueue openQueue(String name) {
    return FaultQueue.open(
        FaultQueueConfig.builder(name)
            .workers(
                config.workers() == 0
                    ? FaultWorkers.caller()
                    : FaultWorkers.threads(config.workers()))
            .orderedPerPasid(config.orderedPerPasid())
            .timeEveryGroup(true)
            .clock(config.clock())
            .listener(config.listener())
            .build());
  }

  /// Returns the fault queues that were opened.
  public List<FaultQueue> queues() {
    return List.copyOf(queues.values());
  }

  /// Returns the attachments, in the order of [#connect].
  public List<FaultProducer> producers() {
    return List.copyOf(producers);
  }

  /// Returns what the IOMMUs have counted.
  public List<IommuCounters> iommuCounters() {
    return units.stream().map(unit -> unit.iommu.counters()).toList();
  }

  /// Returns what the drivers have counted.
  public List<PageRequestDriverCounters> driverCounters() {
    return units.stream().map(unit -> unit.driver.counters()).toList();
  }

  /// Lets everything that is under way end: flushes every device's PASIDs, from the hardware queue
  /// on.
  public void flush() {
    for (FaultProducer producer : producers) {
      if (producer.isAttached()) {
        producer.flush(dev.faultline.iopf.Pasid.ALL);
      }
    }
  }

  /// Ends the drivers, detaches the devices, closes the queues. A second call does nothing.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopping = true;
    boolean interrupted = false;
    for (Unit unit : units) {
      unit.driver.wake();
      try {
        unit.thread.join(AWAIT_MS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (FaultQueue queue : queues.values()) {
      queue.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
