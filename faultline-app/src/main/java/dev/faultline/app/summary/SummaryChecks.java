package dev.faultline.app.summary;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Recomputes from a summary alone that its figures add up.
///
/// Knows nothing of how they came about; so a mistake in counting, in summing up queues, or in
/// writing the summary shows here.
public final class SummaryChecks {
  private static final double RELATIVE_ERROR = 1e-9;

  private final RunSummary summary;
  private final List<String> violations = new ArrayList<>();
  private int checked;

  private SummaryChecks(RunSummary summary) {
    this.summary = summary;
  }

  /// Makes all checks.
  public static SummaryChecks of(RunSummary summary) {
    SummaryChecks checks = new SummaryChecks(summary);
    checks.checkRequests();
    checks.checkGroups();
    checks.checkLatencies();
    checks.checkThroughput();
    checks.checkParts("queue", summary.queues(), true);
    checks.checkParts("device", summary.devices(), true);
    checks.checkParts("PASID", summary.pasids(), false);
    checks.checkInvalidAccesses();
    return checks;
  }

  /// Makes all checks and returns the sums that do not hold, in words.
  public static List<String> violationsOf(RunSummary summary) {
    return of(summary).violations();
  }

  /// Returns the number of checks.
  public int checked() {
    return checked;
  }

  /// Returns the sums that do not hold, in words.
  public List<String> violations() {
    return List.copyOf(violations);
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private void require(boolean holds, String format, Object... values) {
    checked++;
    if (!holds) {
      violations.add(String.format(java.util.Locale.ROOT, format, values));
    }
  }

  private void checkRequests() {
    Accounting a = summary.accounting();
    long lost = summary.droppedSum();
    long sum = a.grouped() + lost + a.pendingPartials();
    require(
        summary.requests() == sum,
        "%d requests, but %d grouped + %d dropped or refused + %d pending = %d",
        summary.requests(),
        a.grouped(),
        lost,
        a.pendingPartials(),
        sum);
    summary
        .dropped()
        .forEach((reason, n) -> require(n >= 0, "dropped.%s is negative: %d", reason, n));
    long refused = prefixed("refused_");
    require(
        refused == a.refusedSuccess() + a.refusedInvalid(),
        "%d requests refused, but %d refused with SUCCESS + %d otherwise",
        refused,
        a.refusedSuccess(),
        a.refusedInvalid());
    require(
        summary.retries() >= 0 && summary.accesses() >= 0 && summary.pages() >= 0,
        "a figure is negative: %d accesses, %d pages, %d retries",
        summary.accesses(),
        summary.pages(),
        summary.retries());
  }

  private long prefixed(String prefix) {
    return summary.dropped().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private void checkGroups() {
    Accounting a = summary.accounting();
    Responses r = summary.responses();
    long sum = r.sum() + a.voidedByReset() + a.openGroups();
    require(
        summary.groups() == sum,
        "%d groups, but %d success + %d invalid + %d failure + %d voided by reset + %d open = %d",
        summary.groups(),
        r.success(),
        r.invalid(),
        r.failure(),
        a.voidedByReset(),
        a.openGroups(),
        sum);
    require(
        a.grouped() >= summary.groups(),
        "%d groups of only %d requests",
        summary.groups(),
        a.grouped());
  }

  private void checkLatencies() {
    LatencyFigures total = summary.latencyNs().get(StageRecorder.TOTAL);
    if (total == null) {
      require(summary.latencyNs().isEmpty(), "latencyNs has stages but no total");
      return;
    }
    require(
        total.count() <= summary.groups(),
        "%d groups timed, but only %d groups",
        total.count(),
        summary.groups());
    long stages = 0;
    for (Map.Entry<String, LatencyFigures> entry : summary.latencyNs().entrySet()) {
      checkStage(entry.getKey(), entry.getValue(), total);
      stages += entry.getKey().equals(StageRecorder.TOTAL) ? 0 : entry.getValue().sum();
    }
    require(
        stages == total.sum(),
        "stage latencies sum to %d ns, the whole to %d ns",
        stages,
        total.sum());
    require(
        total.count() == summary.accounting().timedGroups(),
        "%d total latencies, but %d timed groups",
        total.count(),
        summary.accounting().timedGroups());
  }

  private void checkStage(String stage, LatencyFigures f, LatencyFigures total) {
    require(
        f.count() == total.count(),
        "latencyNs.%s has %d groups, the whole has %d",
        stage,
        f.count(),
        total.count());
    require(
        0 <= f.p50()
            && f.p50() <= f.p90()
            && f.p90() <= f.p99()
            && f.p99() <= f.p999()
            && f.p999() <= f.max(),
        "latencyNs.%s is not in order: p50 %d, p90 %d, p99 %d, p99.9 %d, max %d",
        stage,
        f.p50(),
        f.p90(),
        f.p99(),
        f.p999(),
        f.max());
    require(
        f.max() <= Math.max(f.sum(), 0) && f.max() <= total.max(),
        "latencyNs.%s has the maximum %d ns, above its sum %d ns or above the whole's maximum %d"
            + " ns",
        stage,
        f.max(),
        f.sum(),
        total.max());
    require(
        isClose(f.mean() * f.count(), (double) f.sum()),
        "latencyNs.%s: mean %.3f ns x %d groups is not the sum %d ns",
        stage,
        f.mean(),
        f.count(),
        f.sum());
  }

  private void checkThroughput() {
    double seconds = summary.durationMs() / 1e3;
    require(
        seconds <= 0 || isClose(summary.throughput() * seconds, (double) summary.requests()),
        "throughput %.3f/s x %.3f s is not %d requests",
        summary.throughput(),
        seconds,
        summary.requests());
  }

  /// @param whole whether every request belongs to one of the parts
  private void checkParts(String what, List<Map<String, Object>> parts, boolean whole) {
    if (parts.isEmpty()) {
      return;
    }
    checkPart(what, parts, "requests", RunSummary::requests, whole);
    checkPart(what, parts, "groups", RunSummary::groups, whole);
    checkPart(what, parts, "success", s -> s.responses().success(), whole);
    checkPart(what, parts, "invalid", s -> s.responses().invalid(), whole);
    checkPart(what, parts, "failure", s -> s.responses().failure(), whole);
  }

  private void checkPart(
      String what,
      List<Map<String, Object>> parts,
      String key,
      ToLongFunction<RunSummary> figure,
      boolean whole) {
    long sum = 0;
    for (Map<String, Object> part : parts) {
      if (!(part.get(key) instanceof Number number)) {
        return;
      }
      sum += number.longValue();
    }
    long expected = figure.applyAsLong(summary);
    require(
        whole ? sum == expected : sum <= expected,
        "%s: the sum over every %s is %d, the run's figure %d",
        key,
        what,
        sum,
        expected);
  }

  private void checkInvalidAccesses() {
    InvalidAccesses invalid = summary.invalidAccesses();
    require(
        invalid.count() >= invalid.samples().size(),
        "%d invalid accesses, but %d samples of them",
        invalid.count(),
        invalid.samples().size());
  }

  private static boolean isClose(double a, double b) {
    return Math.abs(a - b) <= RELATIVE_ERROR * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
  }
}
