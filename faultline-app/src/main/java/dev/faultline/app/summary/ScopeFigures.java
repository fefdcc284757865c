package dev.faultline.app.summary;

import dev.faultline.iopf.FaultCounter;
import dev.faultline.iopf.FaultStatistics;
import dev.faultline.iopf.LatencyHistogram;
import java.util.LinkedHashMap;
import java.util.Map;

/// The figures of one queue, device or PASID as named values, for the lists of a [RunSummary].
public final class ScopeFigures {
  private ScopeFigures() {}

  /// Returns a new map, in order, to which the caller may add.
  public static Map<String, Object> of(FaultStatistics statistics) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", statistics.scope());
    figures.put("requests", statistics.count(FaultCounter.REQUESTS));
    figures.put("groups", statistics.count(FaultCounter.GROUPS));
    figures.put("distinctPages", statistics.distinctPages());
    figures.put("duplicates", statistics.count(FaultCounter.DUPLICATES));
    figures.put("success", statistics.count(FaultCounter.ANSWERED_SUCCESS));
    figures.put("invalid", statistics.count(FaultCounter.ANSWERED_INVALID));
    figures.put("failure", statistics.count(FaultCounter.ANSWERED_FAILURE));
    figures.put("dropped", statistics.dropped());
    figures.put("refused", statistics.refused());
    figures.put("maxOpenGroups", statistics.maxOpenGroups());
    LatencyHistogram total = statistics.total();
    figures.put("p50Ns", total.quantileNs(0.5));
    figures.put("p99Ns", total.quantileNs(0.99));
    figures.put("maxNs", total.maxNs());
    return figures;
  }
}
