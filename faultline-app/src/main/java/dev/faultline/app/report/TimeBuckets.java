package dev.faultline.app.report;

import java.util.ArrayList;
import java.util.List;

/// Figures over time in bounded memory: a fixed number of buckets that double their width whenever
/// time runs past the last one.
///
/// Serves both for amounts ([#add]) and for levels ([#note]); what a bucket means is chosen when a
/// series is taken from it. No call allocates but [#toSeries]. Not thread-safe.
public final class TimeBuckets {
  private final long startNs;
  private final double[] sums;
  private final double[] maxima;
  private final long[] counts;
  private long widthNs;
  private int used;
  private long latestNs;

  /// Makes empty buckets.
  ///
  /// @param buckets their number, an even number from 2 to 4,096
  /// @param startNs begin of the first bucket; earlier times count for it
  /// @param firstWidthNs width of a bucket at the beginning
  public TimeBuckets(int buckets, long startNs, long firstWidthNs) {
    if (buckets < 2 || buckets > 4_096 || buckets % 2 != 0) {
      throw new IllegalArgumentException(
          buckets + " buckets; expected an even number from 2 to 4096");
    }
    if (firstWidthNs < 1) {
      throw new IllegalArgumentException(
          "bucket width " + firstWidthNs + " ns; expected 1 ns or more");
    }
    this.startNs = startNs;
    widthNs = firstWidthNs;
    sums = new double[buckets];
    maxima = new double[buckets];
    counts = new long[buckets];
  }

  /// What the value of a bucket is.
  public enum Value {
    /// The sum of what was added.
    SUM,
    /// The sum by the bucket's width in seconds.
    RATE,
    /// The mean of the levels noted.
    MEAN,
    /// The highest level noted.
    MAX
  }

  /// Adds an amount.
  public void add(long atNs, double amount) {
    note(atNs, amount);
  }

  /// Notes a level.
  public void note(long atNs, double level) {
    int bucket = bucketOf(atNs);
    sums[bucket] += level;
    maxima[bucket] = counts[bucket] == 0 ? level : Math.max(maxima[bucket], level);
    counts[bucket]++;
  }

  private int bucketOf(long atNs) {
    long sinceNs = Math.max(0, atNs - startNs);
    latestNs = Math.max(latestNs, sinceNs);
    while (sinceNs / widthNs >= sums.length) {
      if (widthNs > Long.MAX_VALUE / 4) {
        return last(sums.length - 1);
      }
      doubleWidth();
    }
    return last((int) (sinceNs / widthNs));
  }

  private int last(int bucket) {
    used = Math.max(used, bucket + 1);
    return bucket;
  }

  private void doubleWidth() {
    int half = sums.length / 2;
    for (int i = 0; i < sums.length; i++) {
      int a = 2 * i;
      if (i < half) {
        int b = a + 1;
        double max = Math.max(maxima[a], maxima[b]);
        maxima[i] = counts[a] == 0 ? maxima[b] : counts[b] == 0 ? maxima[a] : max;
        sums[i] = sums[a] + sums[b];
        counts[i] = counts[a] + counts[b];
      } else {
        sums[i] = 0;
        maxima[i] = 0;
        counts[i] = 0;
      }
    }
    widthNs *= 2;
    used = (used + 1) / 2;
  }

  /// Returns the present width of a bucket in nanoseconds.
  public long widthNs() {
    return widthNs;
  }

  /// Returns the buckets up to the last one that was used as a series. A bucket in which no level
  /// was noted repeats the level before it; a rate leaves out a last bucket that has only begun.
  ///
  /// @param name what it shows
  /// @param unit unit of a value, may be empty
  public TimeSeries toSeries(String name, String unit, Value value) {
    List<Double> values = new ArrayList<>(used);
    double before = 0;
    boolean begun = used > 1 && latestNs - (used - 1) * widthNs < widthNs * 3 / 4;
    int end = value == Value.RATE && begun ? used - 1 : used;
    for (int i = 0; i < end; i++) {
      before = value(i, value, before);
      values.add(before);
    }
    return new TimeSeries(name, unit, widthNs, values);
  }

  private double value(int bucket, Value value, double before) {
    boolean empty = counts[bucket] == 0;
    return switch (value) {
      case SUM -> sums[bucket];
      case RATE -> sums[bucket] * 1e9 / widthNs;
      case MEAN -> empty ? before : sums[bucket] / counts[bucket];
      case MAX -> empty ? before : maxima[bucket];
    };
  }
}
