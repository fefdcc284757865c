package dev.faultline.iopf;

/// Adds counters and histograms up while a snapshot is made; one thread.
final class StatisticsSum {
  final long[] counts = new long[FaultCounter.COUNT];
  private final long[][] buckets = new long[StageTimes.ROWS][StageTimes.BUCKETS];
  private final long[][] sumAndMax = new long[StageTimes.ROWS][2];
  long distinctPages;
  long pendingPartials;
  long openGroups;
  long maxOpenGroups;

  void add(StageTimes block) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += block.count(i);
    }
    for (int row = 0; row < StageTimes.ROWS; row++) {
      block.addTo(buckets[row], row, sumAndMax[row]);
    }
  }

  void add(FaultCounter counter, long n) {
    counts[counter.ordinal()] += n;
  }

  void add(StatisticsSum other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int row = 0; row < StageTimes.ROWS; row++) {
      for (int b = 0; b < StageTimes.BUCKETS; b++) {
        buckets[row][b] += other.buckets[row][b];
      }
      sumAndMax[row][0] += other.sumAndMax[row][0];
      sumAndMax[row][1] = Math.max(sumAndMax[row][1], other.sumAndMax[row][1]);
    }
    distinctPages += other.distinctPages;
    pendingPartials += other.pendingPartials;
    openGroups += other.openGroups;
    maxOpenGroups += other.maxOpenGroups;
  }

  FaultStatistics toStatistics(String scope) {
    LatencyHistogram[] histograms = new LatencyHistogram[StageTimes.ROWS];
    for (int row = 0; row < histograms.length; row++) {
      histograms[row] =
          new LatencyHistogram(buckets[row].clone(), sumAndMax[row][0], sumAndMax[row][1]);
    }
    return new FaultStatistics(
        scope,
        counts.clone(),
        histograms,
        distinctPages,
        pendingPartials,
        openGroups,
        maxOpenGroups);
  }
}
