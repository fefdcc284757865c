package dev.faultline.iopf;

/// Counters and latency histograms that one worker keeps of one device or PASID: no sharing, so
/// plain increments; readers see values that may be a moment old.
///
/// Histogram buckets are powers of two of nanoseconds: bucket b holds times in [2^(b-1), 2^b),
/// bucket 0 holds 0 (rule Q80). The last row is the whole way.
final class StageTimes {
  static final int ROWS = FaultStage.COUNT + 1;
  static final int BUCKETS = 48;

  // One row: buckets, then the sum, then the largest.
  private static final int SUM = BUCKETS;
  private static final int MAX = BUCKETS + 1;
  private static final int ROW = BUCKETS + 2;

  private final long[] counts = new long[FaultCounter.COUNT];
  private final long[] rows = new long[ROWS * ROW];

  void add(FaultCounter counter, long n) {
    counts[counter.ordinal()] += n;
  }

  void add(int counter) {
    counts[counter]++;
  }

  long count(int counter) {
    return counts[counter];
  }

  /// Records `n` groups that share these times.
  void record(int row, long ns, int n) {
    int at = row * ROW;
    int bucket = Math.min(Long.SIZE - Long.numberOfLeadingZeros(ns), BUCKETS - 1);
    long[] r = rows;
    r[at + bucket] += n;
    r[at + SUM] += ns * n;
    if (ns > r[at + MAX]) {
      r[at + MAX] = ns;
    }
  }

  void addTo(long[] buckets, int row, long[] sumAndMax) {
    int at = row * ROW;
    for (int b = 0; b < BUCKETS; b++) {
      buckets[b] += rows[at + b];
    }
    sumAndMax[0] += rows[at + SUM];
    sumAndMax[1] = Math.max(sumAndMax[1], rows[at + MAX]);
  }
}
