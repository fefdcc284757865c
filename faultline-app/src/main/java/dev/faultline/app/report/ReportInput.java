package dev.faultline.app.report;

import dev.faultline.app.summary.LatencyCurve;
import dev.faultline.app.summary.RunSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a report shows. An empty part is left out of it.
///
/// @param summary the figures
/// @param rates faults over time
/// @param depths queue depth and open groups over time
/// @param marks events on the time axis
/// @param groupSizes groups by size
/// @param curves distribution of latencies by stage
public record ReportInput(
    RunSummary summary,
    List<TimeSeries> rates,
    List<TimeSeries> depths,
    List<TimeMark> marks,
    GroupSizes groupSizes,
    Map<String, LatencyCurve> curves) {
  /// Copies the lists; the map keeps its order.
  public ReportInput {
    rates = List.copyOf(rates);
    depths = List.copyOf(depths);
    marks = List.copyOf(marks);
    curves = new LinkedHashMap<>(curves);
  }

  /// A report of nothing but the summary.
  public static ReportInput of(RunSummary summary) {
    return new ReportInput(summary, List.of(), List.of(), List.of(), new GroupSizes(), Map.of());
  }
}
