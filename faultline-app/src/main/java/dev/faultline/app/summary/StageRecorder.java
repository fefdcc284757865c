package dev.faultline.app.summary;

import dev.faultline.iopf.FaultStage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Records the latencies of every group by stage, with percentiles within 1 % and exact sums.
///
/// Fixed memory, no allocation for each group. Not thread-safe: one for each thread, added up at
/// the end, or guarded by the caller.
public final class StageRecorder {
  /// Name of the whole way in the summary.
  public static final String TOTAL = "total";

  private static final FaultStage[] STAGES = FaultStage.values();
  private static final int COUNT = STAGES.length + 1;
  private static final long LARGEST_NS = 3_600_000_000_000L;

  private final Histogram[] histograms = new Histogram[COUNT];
  private final long[] sums = new long[COUNT];
  private final long[] maxima = new long[COUNT];

  /// Makes an empty recorder.
  public StageRecorder() {
    for (int i = 0; i < COUNT; i++) {
      histograms[i] = new Histogram(LARGEST_NS, 2);
    }
  }

  /// Records one group; the times are those of `FaultListener.groupAnswered`, none before the one
  /// to its left.
  public void record(
      long raisedNs,
      long receivedNs,
      long acceptedNs,
      long takenNs,
      long resolvedNs,
      long answeredNs) {
    record(0, receivedNs - raisedNs);
    record(1, acceptedNs - receivedNs);
    record(2, takenNs - acceptedNs);
    record(3, resolvedNs - takenNs);
    record(4, answeredNs - resolvedNs);
    record(COUNT - 1, answeredNs - raisedNs);
  }

  private void record(int stage, long ns) {
    histograms[stage].recordValue(Math.clamp(ns, 0, LARGEST_NS));
    sums[stage] += ns;
    maxima[stage] = Math.max(maxima[stage], ns);
  }

  /// Adds what another recorder holds.
  public void add(StageRecorder other) {
    for (int i = 0; i < COUNT; i++) {
      histograms[i].add(other.histograms[i]);
      sums[i] += other.sums[i];
      maxima[i] = Math.max(maxima[i], other.maxima[i]);
    }
  }

  /// Returns how many groups were recorded.
  public long count() {
    return histograms[COUNT - 1].getTotalCount();
  }

  /// Returns a percentile of the whole way in nanoseconds; 0 if nothing was recorded.
  public long totalPercentileNs(double percent) {
    return count() == 0 ? 0 : histograms[COUNT - 1].getValueAtPercentile(percent);
  }

  /// Returns the figures by stage name in lower case, [#TOTAL] at the end.
  public Map<String, LatencyFigures> figures() {
    Map<String, LatencyFigures> figures = new LinkedHashMap<>();
    for (int i = 0; i < COUNT; i++) {
      figures.put(name(i), LatencyFigures.of(histograms[i], sums[i], maxima[i]));
    }
    return figures;
  }

  /// Returns the distribution of each stage as a curve for charts, in the same order.
  public Map<String, LatencyCurve> curves() {
    Map<String, LatencyCurve> curves = new LinkedHashMap<>();
    for (int i = 0; i < COUNT; i++) {
      curves.put(name(i), curve(histograms[i]));
    }
    return curves;
  }

  private static LatencyCurve curve(Histogram histogram) {
    List<Double> values = new ArrayList<>();
    List<Double> fractions = new ArrayList<>();
    if (histogram.getTotalCount() > 0) {
      // Steps of a quarter of a power of two: what a chart can show.
      double edge = 1;
      double largest = histogram.getMaxValue();
      double total = histogram.getTotalCount();
      do {
        edge *= Math.sqrt(Math.sqrt(2));
        values.add(edge);
        fractions.add(histogram.getCountBetweenValues(0, (long) edge) / total);
      } while (edge <= largest);
    }
    return new LatencyCurve(values, fractions);
  }

  static String name(int stage) {
    return stage == COUNT - 1 ? TOTAL : STAGES[stage].name().toLowerCase(Locale.ROOT);
  }
}
