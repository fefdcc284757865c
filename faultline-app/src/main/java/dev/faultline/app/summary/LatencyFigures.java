package dev.faultline.app.summary;

import dev.faultline.iopf.LatencyHistogram;
import org.HdrHistogram.Histogram;

/// The latencies of one stage in nanoseconds.
///
/// @param p50 median
/// @param p90 90th percentile
/// @param p99 99th percentile
/// @param p999 99.9th percentile
/// @param max largest
/// @param mean sum by count
/// @param sum exact sum
/// @param count how many groups
public record LatencyFigures(
    long p50, long p90, long p99, long p999, long max, double mean, long sum, long count) {
  /// No latencies.
  public static final LatencyFigures NONE = new LatencyFigures(0, 0, 0, 0, 0, 0, 0, 0);

  /// Takes percentiles from a histogram; sum and maximum are exact and so given apart.
  public static LatencyFigures of(Histogram histogram, long sumNs, long maxNs) {
    long count = histogram.getTotalCount();
    if (count == 0) {
      return NONE;
    }
    return new LatencyFigures(
        percentile(histogram, 50, maxNs),
        percentile(histogram, 90, maxNs),
        percentile(histogram, 99, maxNs),
        percentile(histogram, 99.9, maxNs),
        maxNs,
        (double) sumNs / count,
        sumNs,
        count);
  }

  /// Takes the figures of the engine's own histogram, whose percentiles are ends of power-of-two
  /// buckets.
  public static LatencyFigures of(LatencyHistogram histogram) {
    long count = histogram.count();
    if (count == 0) {
      return NONE;
    }
    return new LatencyFigures(
        histogram.quantileNs(0.5),
        histogram.quantileNs(0.9),
        histogram.quantileNs(0.99),
        histogram.quantileNs(0.999),
        histogram.maxNs(),
        (double) histogram.sumNs() / count,
        histogram.sumNs(),
        count);
  }

  private static long percentile(Histogram histogram, double percent, long maxNs) {
    return Math.min(maxNs, histogram.getValueAtPercentile(percent));
  }
}
