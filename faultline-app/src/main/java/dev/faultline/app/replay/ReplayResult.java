package dev.faultline.app.replay;

import dev.faultline.app.summary.RunSummary;
import dev.faultline.app.summary.RunSummaryBuilder;
import dev.faultline.app.summary.ScopeFigures;
import dev.faultline.hardware.vtd.PageRequestDriverCounters;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultCounter;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultStatistics;
import dev.faultline.model.device.Accelerator;
import dev.faultline.model.device.AcceleratorStatistics;
import dev.faultline.model.device.FailedAccess;
import dev.faultline.model.iommu.IommuCounters;
import dev.faultline.model.mm.AddressSpaceStatistics;
import dev.faultline.model.mm.SimulatedAddressSpace;
import dev.faultline.trace.TraceCounts;
import dev.faultline.trace.TraceFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Turns what a finished replay has counted into its summary, and checks that it adds up.
final class ReplayResult {
  private static final int MAX_SAMPLES = 16;

  private final Replay replay;
  private final List<ReplayInput> inputs;
  private final ReplaySettings settings;
  private final ReplayRecorder recorder;
  private final long durationNs;
  private final RunSummaryBuilder builder;

  ReplayResult(
      String name,
      Replay replay,
      List<ReplayInput> inputs,
      ReplaySettings settings,
      ReplayRecorder recorder,
      long durationNs) {
    this.replay = replay;
    this.inputs = inputs;
    this.settings = settings;
    this.recorder = recorder;
    this.durationNs = durationNs;
    builder = RunSummary.builder(name);
  }

  /// To be called after the devices are idle and before the platform is closed.
  RunSummary summary() {
    long pages = replay.spaces().stream().mapToLong(s -> s.statistics().distinctPages()).sum();
    builder.accesses(replay.accesses(), pages).durationNs(durationNs).latency(recorder.stages());
    addSettings();
    addTrace();
    for (FaultQueue queue : replay.platform().queues()) {
      FaultStatistics statistics = queue.statistics();
      builder.queue(statistics);
      check(statistics.imbalance().isEmpty(), statistics.imbalance());
      check(
          statistics.openGroups() == 0,
          "%s: %d groups are still open".formatted(queue.name(), statistics.openGroups()));
    }
    addDevices();
    addSpaces();
    checkWay();
    return builder.build();
  }

  private void addSettings() {
    builder
        .setting("topology", settings.topology.toString())
        .setting("iommus", settings.iommus)
        .setting("workers", settings.workers)
        .setting("ringSize", settings.ringSize)
        .setting("reportBatch", settings.reportBatch)
        .setting("ordered", settings.ordered)
        .setting("groupSize", settings.groupSize)
        .setting("credits", settings.credits)
        .setting(
            "window",
            settings.windowFor(inputs.getFirst().survey().format() == TraceFormat.PERF_SCRIPT))
        .setting("translationCache", settings.cache)
        .setting(
            "residentLimit", settings.residentLimit.isEmpty() ? "none" : settings.residentLimit)
        .setting("faultAround", settings.faultAround)
        .setting("continueOnError", settings.continueOnError);
  }

  private void addTrace() {
    List<String> files = new ArrayList<>();
    long lines = 0;
    long skipped = 0;
    long broken = 0;
    long expected = 0;
    long pages = 0;
    long uncovered = 0;
    for (ReplayInput input : inputs) {
      TraceCounts counts = input.survey().counts();
      files.add(input.trace().toString());
      lines += counts.lines();
      skipped += counts.skippedLines();
      broken += counts.brokenLines();
      expected += counts.accesses();
      pages += input.pages();
      uncovered += input.uncoveredPages();
    }
    builder
        .trace("files", files)
        .trace("lines", lines)
        .trace("accesses", expected)
        .trace("skippedLines", skipped)
        .trace("brokenLines", broken)
        .trace("differentPages", pages)
        .trace("areasFrom", inputs.getFirst().fromMaps() ? "maps file" : "the trace");
    if (uncovered > 0) {
      builder.trace("pagesOutsideAreas", uncovered);
    }
    if (replay.wasStopped()) {
      builder.trace("endedEarly", true);
    } else {
      check(
          replay.accesses() == expected,
          "the first pass over the trace found %d accesses, the run made %d"
              .formatted(expected, replay.accesses()));
    }
  }

  private void addDevices() {
    long retries = 0;
    long failed = 0;
    List<Map<String, Object>> samples = new ArrayList<>();
    List<FaultProducer> producers = replay.platform().producers();
    for (int i = 0; i < producers.size(); i++) {
      FaultProducer producer = producers.get(i);
      Accelerator device = replay.devices().get(i);
      AcceleratorStatistics statistics = device.statistics();
      retries += statistics.retries();
      failed += statistics.failedAccesses();
      Map<String, Object> figures = ScopeFigures.of(producer.statistics());
      figures.put("pasid", device.pasid());
      figures.put("accesses", statistics.accesses());
      figures.put("cacheHits", statistics.cacheHits());
      figures.put("cacheMisses", statistics.cacheMisses());
      figures.put("translations", statistics.translations());
      figures.put("retries", statistics.retries());
      figures.put("refaults", statistics.refaults());
      figures.put("failedAccesses", statistics.failedAccesses());
      figures.put("maxOutstanding", statistics.maxOutstanding());
      builder.device(figures);
      for (FaultStatistics pasid : producer.statisticsByPasid()) {
        builder.pasid(ScopeFigures.of(pasid));
      }
      long answers = statistics.success() + statistics.invalid() + statistics.failure();
      check(
          statistics.groups() == answers,
          "%s sent %d groups and got %d answers"
              .formatted(replay.deviceName(i), statistics.groups(), answers));
      for (FailedAccess access : device.failedSamples()) {
        if (samples.size() < MAX_SAMPLES) {
          Map<String, Object> sample = new LinkedHashMap<>();
          sample.put("device", replay.deviceName(i));
          sample.put("address", "0x" + Long.toHexString(access.address()));
          sample.put("access", Access.toText(access.access()));
          samples.add(sample);
        }
      }
    }
    builder.retries(retries).invalidAccesses(failed, samples);
  }

  private void addSpaces() {
    long around = 0;
    for (SimulatedAddressSpace space : replay.spaces()) {
      AddressSpaceStatistics s = space.statistics();
      around += s.aroundPages();
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("name", space.name());
      figures.put("areas", space.areas().size());
      figures.put("differentPages", s.distinctPages());
      figures.put("resident", s.resident());
      figures.put("maxResident", s.maxResident());
      figures.put("minorFaults", s.minorFaults());
      figures.put("fileReads", s.fileReads());
      figures.put("swapIns", s.swapIns());
      figures.put("copyOnWrites", s.copyOnWrites());
      figures.put("evictions", s.evictions());
      figures.put("aroundPages", s.aroundPages());
      figures.put("invalidAddress", s.invalidAddress());
      figures.put("invalidPermission", s.invalidPermission());
      figures.put("outOfFrames", s.outOfFrames());
      builder.addressSpace(figures);
    }
    if (settings.faultAround > 1) {
      long tracePages = inputs.stream().mapToLong(ReplayInput::pages).sum();
      long requests =
          replay.platform().producers().stream()
              .mapToLong(p -> p.statistics().count(FaultCounter.REQUESTS))
              .sum();
      builder
          .faultAround("windowPages", settings.faultAround)
          .faultAround("pagesPopulated", around)
          .faultAround("requests", requests)
          .faultAround("pagesOfTheTrace", tracePages)
          .faultAround("faultsSaved", Math.max(0, tracePages - requests))
          .faultAround(
              "faultsLeft", "%.0f %%".formatted(100.0 * requests / Math.max(1, tracePages)));
    }
    long used = replay.frames().used();
    long resident = replay.spaces().stream().mapToLong(SimulatedAddressSpace::residentPages).sum();
    check(
        used == resident,
        "%d frames are in use, but %d pages are resident".formatted(used, resident));
  }

  /// What one part of the way has sent, the next has received.
  private void checkWay() {
    long sent = 0;
    long stopMarkers = 0;
    for (Accelerator device : replay.devices()) {
      sent += device.statistics().requests();
      stopMarkers += device.statistics().stopMarkers();
    }
    long arrived = 0;
    long enqueued = 0;
    long lost = 0;
    for (IommuCounters counters : replay.platform().iommuCounters()) {
      arrived += counters.requests();
      enqueued += counters.enqueued();
      lost += counters.overflowDrops() + counters.refused() + counters.unknown();
    }
    check(
        sent + stopMarkers == arrived,
        "devices sent %d requests, the IOMMUs received %d".formatted(sent + stopMarkers, arrived));
    check(
        arrived == enqueued + lost,
        "IOMMUs received %d requests, but %d were queued and %d dropped"
            .formatted(arrived, enqueued, lost));
    long reported =
        replay.platform().producers().stream()
            .map(FaultProducer::statistics)
            .mapToLong(s -> s.count(FaultCounter.REQUESTS) + s.count(FaultCounter.STOP_MARKERS))
            .sum();
    long refused = 0;
    for (PageRequestDriverCounters counters : replay.platform().driverCounters()) {
      refused += counters.malformed() + counters.unknownDevice();
    }
    check(
        enqueued == reported + refused,
        "%d requests were queued, but %d reported and %d refused by drivers"
            .formatted(enqueued, reported, refused));
    builder.checked(replay.pasidChecks());
    if (replay.pasidViolations() > 0) {
      builder.violation(
          replay.pasidViolations()
              + " groups came to the handler of another PASID's address space");
    }
    builder.setting("overflowDrops", lost);
  }

  private void check(boolean holds, String sentence) {
    builder.checked(1);
    if (!holds) {
      builder.violation(sentence);
    }
  }
}
