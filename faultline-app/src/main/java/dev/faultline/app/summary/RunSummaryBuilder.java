package dev.faultline.app.summary;

import dev.faultline.iopf.FaultCounter;
import dev.faultline.iopf.FaultStage;
import dev.faultline.iopf.FaultStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Collects the figures of a run; not thread-safe. Statistics of several queues add up.
public final class RunSummaryBuilder {
  private static final String DROPPED = "DROPPED_";
  private static final String REFUSED = "REFUSED_";

  private final String name;
  private long accesses;
  private long pages;
  private long requests;
  private long groups;
  private long grouped;
  private long success;
  private long invalid;
  private long failure;
  private long pendingPartials;
  private long openGroups;
  private long voidedByReset;
  private long refusedSuccess;
  private long refusedInvalid;
  private long retries;
  private long durationNs;
  private long seed;
  private long checked;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Long> dropped = new LinkedHashMap<>();
  private Map<String, LatencyFigures> latency = new LinkedHashMap<>();
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private final Map<String, Object> trace = new LinkedHashMap<>();
  private final Map<String, Object> faultAround = new LinkedHashMap<>();
  private InvalidAccesses invalidAccesses = new InvalidAccesses(0, List.of());
  private final List<Map<String, Object>> devices = new ArrayList<>();
  private final List<Map<String, Object>> pasids = new ArrayList<>();
  private final List<Map<String, Object>> queues = new ArrayList<>();
  private final List<Map<String, Object>> addressSpaces = new ArrayList<>();

  RunSummaryBuilder(String name) {
    this.name = name;
    for (FaultCounter counter : FaultCounter.values()) {
      if (isDrop(counter)) {
        dropped.put(lower(counter), 0L);
      }
    }
  }

  private static boolean isDrop(FaultCounter counter) {
    return counter.name().startsWith(DROPPED) || counter.name().startsWith(REFUSED);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// Adds the counters of one queue, and an entry for it.
  public RunSummaryBuilder queue(FaultStatistics statistics) {
    queues.add(ScopeFigures.of(statistics));
    requests += statistics.count(FaultCounter.REQUESTS);
    groups += statistics.count(FaultCounter.GROUPS);
    grouped += statistics.count(FaultCounter.GROUPED);
    success += statistics.count(FaultCounter.ANSWERED_SUCCESS);
    invalid += statistics.count(FaultCounter.ANSWERED_INVALID);
    failure += statistics.count(FaultCounter.ANSWERED_FAILURE);
    voidedByReset += statistics.count(FaultCounter.VOIDED_RESET);
    pendingPartials += statistics.pendingPartials();
    openGroups += statistics.openGroups();
    for (FaultCounter counter : FaultCounter.values()) {
      if (isDrop(counter)) {
        dropped.merge(lower(counter), statistics.count(counter), Long::sum);
      }
    }
    long busy = statistics.count(FaultCounter.REFUSED_BUSY);
    refusedSuccess += busy;
    refusedInvalid += statistics.refused() - busy;
    return this;
  }

  /// Adds an entry for a device.
  public RunSummaryBuilder device(Map<String, Object> figures) {
    devices.add(figures);
    return this;
  }

  /// Adds an entry for a device's PASID.
  public RunSummaryBuilder pasid(Map<String, Object> figures) {
    pasids.add(figures);
    return this;
  }

  /// Adds an entry for an address space.
  public RunSummaryBuilder addressSpace(Map<String, Object> figures) {
    addressSpaces.add(figures);
    return this;
  }

  /// Sets the latencies, recorded group by group.
  public RunSummaryBuilder latency(StageRecorder recorder) {
    latency = recorder.figures();
    return this;
  }

  /// Sets the latencies as one queue has kept them.
  public RunSummaryBuilder latency(FaultStatistics statistics) {
    latency = new LinkedHashMap<>();
    for (FaultStage stage : FaultStage.values()) {
      latency.put(lower(stage), LatencyFigures.of(statistics.stage(stage)));
    }
    latency.put(StageRecorder.TOTAL, LatencyFigures.of(statistics.total()));
    return this;
  }

  /// Sets how many memory accesses were made, and how many different pages they touched.
  public RunSummaryBuilder accesses(long number, long differentPages) {
    accesses = number;
    pages = differentPages;
    return this;
  }

  /// Sets how many accesses were made again after SUCCESS.
  public RunSummaryBuilder retries(long number) {
    retries = number;
    return this;
  }

  /// Sets the wall time.
  public RunSummaryBuilder durationNs(long ns) {
    durationNs = ns;
    return this;
  }

  /// Sets the seed.
  public RunSummaryBuilder seed(long value) {
    seed = value;
    return this;
  }

  /// Adds a setting as used.
  public RunSummaryBuilder setting(String key, Object value) {
    settings.put(key, value);
    return this;
  }

  /// Adds something about the trace.
  public RunSummaryBuilder trace(String key, Object value) {
    trace.put(key, value);
    return this;
  }

  /// Adds something about fault-around: `windowPages`, `pagesPopulated`, `faultsSaved`.
  public RunSummaryBuilder faultAround(String key, Object value) {
    faultAround.put(key, value);
    return this;
  }

  /// Sets the accesses that no mapping allows.
  public RunSummaryBuilder invalidAccesses(long count, List<Map<String, Object>> samples) {
    invalidAccesses = new InvalidAccesses(count, samples);
    return this;
  }

  /// Counts checks that were made while the run went.
  public RunSummaryBuilder checked(long number) {
    checked += number;
    return this;
  }

  /// Adds a broken invariant in words.
  public RunSummaryBuilder violation(String sentence) {
    violations.add(sentence);
    return this;
  }

  /// Makes the summary, with the checks of [SummaryChecks] made and counted.
  public RunSummary build() {
    RunSummary unchecked = plain();
    SummaryChecks checks = SummaryChecks.of(unchecked);
    checked += checks.checked();
    violations.addAll(checks.violations());
    return plain();
  }

  private RunSummary plain() {
    double seconds = durationNs / 1e9;
    LatencyFigures total = latency.getOrDefault(StageRecorder.TOTAL, LatencyFigures.NONE);
    return new RunSummary(
        name,
        accesses,
        pages,
        requests,
        groups,
        new Responses(success, invalid, failure),
        dropped,
        retries,
        latency,
        durationNs / 1e6,
        seconds > 0 ? requests / seconds : 0,
        new Invariants(checked, violations),
        seed,
        settings,
        new Accounting(
            grouped,
            pendingPartials,
            openGroups,
            voidedByReset,
            total.count(),
            refusedSuccess,
            refusedInvalid),
        trace,
        faultAround,
        invalidAccesses,
        devices,
        pasids,
        queues,
        addressSpaces);
  }
}
