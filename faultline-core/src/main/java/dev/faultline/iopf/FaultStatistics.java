package dev.faultline.iopf;

/// A snapshot of what a queue, a producer or a PASID has counted (rule Q80); immutable. Taking one
/// disturbs nobody; while faults are under way its figures are each a moment apart.
public final class FaultStatistics {
  private final String scope;
  private final long[] counts;
  private final LatencyHistogram[] histograms;
  private final long distinctPages;
  private final long pendingPartials;
  private final long openGroups;
  private final long maxOpenGroups;

  FaultStatistics(
      String scope,
      long[] counts,
      LatencyHistogram[] histograms,
      long distinctPages,
      long pendingPartials,
      long openGroups,
      long maxOpenGroups) {
    this.scope = scope;
    this.counts = counts;
    this.histograms = histograms;
    this.distinctPages = distinctPages;
    this.pendingPartials = pendingPartials;
    this.openGroups = openGroups;
    this.maxOpenGroups = maxOpenGroups;
  }

  /// Returns what was counted: a queue, a device, or a device's PASID.
  public String scope() {
    return scope;
  }

  /// Returns one counter.
  public long count(FaultCounter counter) {
    return counts[counter.ordinal()];
  }

  /// Returns the latencies of one stage.
  public LatencyHistogram stage(FaultStage stage) {
    return histograms[stage.ordinal()];
  }

  /// Returns the latencies of the whole way: the sum of all stages, group by group.
  public LatencyHistogram total() {
    return histograms[FaultStage.COUNT];
  }

  /// Returns how many different (PASID, page) pairs were requested; exact up to 4,096 for a PASID,
  /// an estimate within about 2 % beyond (lesson L114: pages are not events).
  public long distinctPages() {
    return distinctPages;
  }

  /// Returns how many partials wait for their last request.
  public long pendingPartials() {
    return pendingPartials;
  }

  /// Returns how many groups are queued, running or delivered.
  public long openGroups() {
    return openGroups;
  }

  /// Returns the largest number of groups that were open at once.
  public long maxOpenGroups() {
    return maxOpenGroups;
  }

  /// Returns the sum of all answers of groups.
  public long answered() {
    return count(FaultCounter.ANSWERED_SUCCESS)
        + count(FaultCounter.ANSWERED_INVALID)
        + count(FaultCounter.ANSWERED_FAILURE);
  }

  /// Returns partials dropped for whatever reason.
  public long dropped() {
    long total = 0;
    for (int i = FaultCounter.DROPPED_OVERFLOW.ordinal();
        i <= FaultCounter.DROPPED_BUSY.ordinal();
        i++) {
      total += counts[i];
    }
    return total;
  }

  /// Returns requests refused for whatever reason.
  public long refused() {
    long total = 0;
    for (int i = FaultCounter.REFUSED_BUSY.ordinal();
        i <= FaultCounter.REFUSED_RESET.ordinal();
        i++) {
      total += counts[i];
    }
    return total;
  }

  /// Checks that the figures add up, for a queue or producer at rest.
  ///
  /// @return an empty text, or which sum does not hold, with its numbers
  public String imbalance() {
    long requests = count(FaultCounter.REQUESTS);
    long accounted = count(FaultCounter.GROUPED) + dropped() + refused() + pendingPartials;
    if (requests != accounted) {
      return "%s: %d requests, but %d grouped + %d dropped + %d refused + %d pending = %d"
          .formatted(
              scope,
              requests,
              count(FaultCounter.GROUPED),
              dropped(),
              refused(),
              pendingPartials,
              accounted);
    }
    long groups = count(FaultCounter.GROUPS);
    long ended = answered() + count(FaultCounter.VOIDED_RESET) + openGroups;
    if (groups != ended) {
      return "%s: %d groups, but %d answered + %d voided by reset + %d open = %d"
          .formatted(
              scope, groups, answered(), count(FaultCounter.VOIDED_RESET), openGroups, ended);
    }
    long stages = 0;
    for (FaultStage stage : FaultStage.values()) {
      stages += stage(stage).sumNs();
    }
    if (stages != total().sumNs()) {
      return "%s: stage latencies sum to %d ns, the whole to %d ns"
          .formatted(scope, stages, total().sumNs());
    }
    return "";
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(scope);
    for (FaultCounter counter : FaultCounter.values()) {
      if (count(counter) != 0) {
        text.append(' ').append(counter).append('=').append(count(counter));
      }
    }
    return text.toString();
  }
}
