package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import dev.faultline.app.summary.LatencyFigures;
import dev.faultline.app.summary.SummaryTable;
import java.util.List;
import java.util.Map;

/// Percentiles of the latency by stage on a logarithmic axis: a thin line from the median to the
/// maximum, a bar from the median to the 99th percentile, a dot for the median.
final class StageChart {
  private static final double ROW = 32;
  private static final double NAMES = 104;

  private StageChart() {}

  static void draw(Html html, Map<String, LatencyFigures> stages) {
    double max = stages.values().stream().mapToDouble(LatencyFigures::max).max().orElse(1);
    double min = stages.values().stream().mapToDouble(LatencyFigures::p50).min().orElse(1);
    double height = Chart.TOP + ROW * stages.size() + 34;
    Chart chart =
        Chart.open(
            html,
            "stages",
            "Latency by stage: dot = median, bar = to p99, line = to maximum",
            description(stages),
            height);
    Axis x = Axis.decades(min, max, NAMES, Chart.RIGHT);
    chart.columns(x, Figures::duration, "latency, logarithmic");
    int row = 0;
    for (Map.Entry<String, LatencyFigures> stage : stages.entrySet()) {
      double y = Chart.TOP + ROW * row + ROW / 2;
      stage(html, chart, stage.getKey(), stage.getValue(), x, y, row++);
    }
    chart.close(List.of());
  }

  private static void stage(
      Html html, Chart chart, String name, LatencyFigures f, Axis x, double y, int row) {
    html.element(
        "text",
        SummaryTable.label(name),
        "class",
        "name",
        "x",
        NAMES - 8,
        "y",
        y + 4,
        "text-anchor",
        "end");
    double p50 = x.at((double) f.p50());
    html.empty(
        "line",
        "class",
        "whisker s" + row,
        "x1",
        p50,
        "x2",
        x.at((double) f.max()),
        "y1",
        y,
        "y2",
        y);
    html.empty(
        "rect",
        "class",
        "band f" + row,
        "x",
        p50,
        "y",
        y - 6,
        "width",
        Math.max(1, x.at((double) f.p99()) - p50),
        "height",
        12.0,
        "rx",
        2.0);
    double p999 = x.at((double) f.p999());
    html.empty(
        "line", "class", "whisker s" + row, "x1", p999, "x2", p999, "y1", y - 4, "y2", y + 4);
    html.empty("circle", "class", "dot f" + row, "cx", p50, "cy", y, "r", 4.5);
    String tip =
        SummaryTable.label(name)
            + "\np50 "
            + Figures.duration(f.p50())
            + "\np90 "
            + Figures.duration(f.p90())
            + "\np99 "
            + Figures.duration(f.p99())
            + "\np99.9 "
            + Figures.duration(f.p999())
            + "\nmax "
            + Figures.duration(f.max());
    chart.hit(
        "rect",
        tip,
        "class",
        "hit",
        "x",
        0.0,
        "y",
        y - ROW / 2,
        "width",
        Chart.WIDTH,
        "height",
        ROW);
  }

  private static String description(Map<String, LatencyFigures> stages) {
    StringBuilder text = new StringBuilder();
    stages.forEach((name, f) ->
        text.append(SummaryTable.label(name))
            .append(": median ")
            .append(Figures.duration(f.p50()))
            .append(", 99th percentile ")
            .append(Figures.duration(f.p99()))
            .append(". "));
    return text.toString();
  }
}
