package dev.faultline.iopf;

/// A snapshot of latencies in power-of-two buckets of nanoseconds; immutable.
public final class LatencyHistogram {
  private final long[] buckets;
  private final long sumNs;
  private final long maxNs;

  LatencyHistogram(long[] buckets, long sumNs, long maxNs) {
    this.buckets = buckets;
    this.sumNs = sumNs;
    this.maxNs = maxNs;
  }

  /// Returns the number of buckets. Bucket 0 holds 0 ns, bucket b times from 2^(b-1) to 2^b - 1 ns.
  public int buckets() {
    return buckets.length;
  }

  /// Returns how many times bucket `b` was hit.
  public long count(int b) {
    return buckets[b];
  }

  /// Returns how many times were recorded.
  public long count() {
    long total = 0;
    for (long count : buckets) {
      total += count;
    }
    return total;
  }

  /// Returns the sum of all times in nanoseconds.
  public long sumNs() {
    return sumNs;
  }

  /// Returns the largest time in nanoseconds.
  public long maxNs() {
    return maxNs;
  }

  /// Returns an upper bound of the time below which `fraction` of all lie: the end of the bucket,
  /// at most [#maxNs].
  ///
  /// @param fraction 0 to 1
  public long quantileNs(double fraction) {
    long total = count();
    long rank = Math.max(1, (long) Math.ceil(fraction * total));
    long seen = 0;
    for (int b = 0; b < buckets.length; b++) {
      seen += buckets[b];
      if (seen >= rank && total > 0) {
        return b == buckets.length - 1 ? maxNs : Math.min(maxNs, b == 0 ? 0 : (1L << b) - 1);
      }
    }
    return maxNs;
  }
}
