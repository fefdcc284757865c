package dev.faultline.app.replay;

import dev.faultline.iopf.FaultClock;
import dev.faultline.iopf.ResolvingHandler;
import dev.faultline.model.device.Accelerator;
import dev.faultline.model.device.AcceleratorConfig;
import dev.faultline.model.device.DeviceObserver;
import dev.faultline.model.mm.Area;
import dev.faultline.model.mm.FrameMemory;
import dev.faultline.model.mm.SimulatedAddressSpace;
import dev.faultline.model.world.Platform;
import dev.faultline.model.world.PlatformConfig;
import dev.faultline.trace.AccessBatch;
import dev.faultline.trace.TraceException;
import dev.faultline.trace.TraceFormat;
import dev.faultline.trace.TraceOptions;
import dev.faultline.trace.TraceReader;
import dev.faultline.trace.TraceThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// One replay: address spaces, platform, devices, and the loop that feeds the trace to them.
///
/// The thread that calls [#run] is the thread of all devices: a trace is a sequence. Drivers and
/// workers are threads of their own.
final class Replay implements AutoCloseable {
  private static final int FIRST_REQUESTER = 0x100;
  private static final int BATCH = 4096;

  /// Areas above, such as vsyscall, belong to the kernel: no device reaches them.
  private static final int USER_BITS = 48;

  private static final long FILE_TAIL_UNKNOWN = Long.MAX_VALUE;

  private final List<ReplayInput> inputs;
  private final TraceOptions options;
  private final ReplayRecorder recorder;
  private final FaultClock clock;
  private final FrameMemory frames = new FrameMemory(0);
  private final List<SimulatedAddressSpace> spaces = new ArrayList<>();
  private final List<Accelerator> devices = new ArrayList<>();
  private final List<String> deviceNames = new ArrayList<>();
  private final List<Integer> spaceOfDevice = new ArrayList<>();
  private final List<Integer> firstDevice = new ArrayList<>();
  private final LongAdder pasidChecks = new LongAdder();
  private final LongAdder pasidViolations = new LongAdder();
  private final Platform platform;
  private volatile boolean stopRequested;
  private volatile double fraction;
  private volatile long accesses;

  Replay(
      List<ReplayInput> inputs,
      TraceOptions options,
      ReplaySettings settings,
      ReplayRecorder recorder,
      FaultClock clock) {
    this.inputs = inputs;
    this.options = options;
    this.recorder = recorder;
    this.clock = clock;
    platform =
        new Platform(
            new PlatformConfig(
                settings.topology,
                settings.iommus,
                settings.workers,
                settings.ringSize,
                settings.reportBatch,
                settings.ordered,
                clock,
                recorder));
    for (ReplayInput input : inputs) {
      boolean faultsOnly = input.survey().format() == TraceFormat.PERF_SCRIPT;
      connect(input, settings, settings.device(faultsOnly));
    }
  }

  private void connect(ReplayInput input, ReplaySettings settings, AcceleratorConfig config) {
    int firstSpace = spaces.size();
    List<ResolvingHandler> handlers = new ArrayList<>();
    for (int process = 0; process < input.areas().size(); process++) {
      int limit = settings.residentPages(input.survey().pages().get(process));
      SimulatedAddressSpace space =
          new SimulatedAddressSpace(
              input.processes().get(process).comm() + "/" + spaces.size(),
              frames,
              SimulatedAddressSpace.Settings.DEFAULT.withResidentLimit(limit));
      space.mapAll(
          input.areas().get(process).stream()
              .filter(area -> area.endExclusive() - 1 >>> USER_BITS == 0)
              .map(Replay::toModel)
              .toList());
      spaces.add(space);
      handlers.add(new ResolvingHandler(space, settings.handler()));
    }
    firstDevice.add(devices.size());
    for (TraceThread thread : input.threads()) {
      int number = devices.size();
      int spaceIndex = firstSpace + thread.process();
      int pasid = spaceIndex + 1;
      String name = thread.comm() + ":" + thread.tid();
      Accelerator device =
          new Accelerator(FIRST_REQUESTER + number, pasid, platform.iommu(number), clock, config);
      device.observer(
          new DeviceObserver() {
            @Override
            public void groupRaised(int groupIndex, int pages, long raisedNs) {
              recorder.groupRaised(raisedNs);
            }
          });
      SimulatedAddressSpace space = spaces.get(spaceIndex);
      space.addInvalidator((address, bytes) -> device.invalidate(pasid, address, bytes));
      platform.connect(
          number,
          name,
          device,
          spaceIndex,
          pasid,
          space.pageTable(),
          new CheckedHandler(handlers.get(thread.process()), pasid, pasidChecks, pasidViolations));
      devices.add(device);
      deviceNames.add(name);
      spaceOfDevice.add(spaceIndex);
    }
  }

  private static Area toModel(dev.faultline.trace.Area area) {
    return new Area(
        area.start(),
        area.endExclusive(),
        area.read(),
        area.write(),
        area.execute(),
        area.shared(),
        area.fileBacked(),
        area.offset(),
        FILE_TAIL_UNKNOWN,
        area.growsDown(),
        area.path());
  }

  /// Runs all traces, one behind the other, until their end or until [#requestStop].
  @SuppressWarnings("NonAtomicVolatileUpdate") // accesses: this thread only
  void run() throws TraceException {
    AccessBatch batch = new AccessBatch(BATCH);
    for (int i = 0; i < inputs.size() && !stopRequested; i++) {
      try (TraceReader reader = TraceReader.open(inputs.get(i).trace(), options)) {
        int first = firstDevice.get(i);
        while (!stopRequested && reader.read(batch) > 0) {
          feed(batch, first);
          accesses = accesses + batch.count();
          fraction = (i + Math.max(0, reader.progress())) / inputs.size();
        }
      }
    }
    for (Accelerator device : devices) {
      device.drain();
    }
    platform.flush();
  }

  private void feed(AccessBatch batch, int first) {
    int last = -1;
    Accelerator device = devices.get(first);
    for (int i = 0, n = batch.count(); i < n; i++) {
      int thread = batch.thread(i);
      if (thread != last) {
        if (last >= 0) {
          // The device that is left goes on by itself: what it has gathered is sent.
          device.advance();
        }
        last = thread;
        device = devices.get(first + thread);
      }
      while (!device.submit(batch.address(i), batch.size(i), batch.kinds(i))) {
        device.awaitRoom();
      }
    }
    for (Accelerator other : devices) {
      if (!other.isIdle()) {
        other.advance();
      }
    }
  }

  /// Lets [#run] end early, in order.
  void requestStop() {
    stopRequested = true;
  }

  boolean wasStopped() {
    return stopRequested;
  }

  double fraction() {
    return fraction;
  }

  long accesses() {
    return accesses;
  }

  Platform platform() {
    return platform;
  }

  List<SimulatedAddressSpace> spaces() {
    return spaces;
  }

  List<Accelerator> devices() {
    return devices;
  }

  String deviceName(int device) {
    return deviceNames.get(device);
  }

  int spaceOf(int device) {
    return spaceOfDevice.get(device);
  }

  FrameMemory frames() {
    return frames;
  }

  long pasidChecks() {
    return pasidChecks.sum();
  }

  long pasidViolations() {
    return pasidViolations.sum();
  }

  @Override
  public void close() {
    platform.close();
  }
}
