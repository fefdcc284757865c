package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import dev.faultline.app.summary.LatencyCurve;
import dev.faultline.app.summary.SummaryTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Cumulative distributions of the latency by stage.
final class CurveChart {
  private static final double HEIGHT = 240;

  private CurveChart() {}

  static void draw(Html html, Map<String, LatencyCurve> curves) {
    double max = 10;
    double min = Double.MAX_VALUE;
    for (LatencyCurve curve : curves.values()) {
      for (int i = 0; i < curve.valuesNs().size(); i++) {
        double value = curve.valuesNs().get(i);
        double fraction = curve.fractions().get(i);
        min = fraction > 0.02 ? Math.min(min, value) : min;
        max = fraction < 1 ? Math.max(max, value * 1.2) : max;
      }
    }
    Chart chart =
        Chart.open(
            html,
            "curves",
            "Share of groups that took at most so long",
            "Cumulative distribution of the latency of each stage.",
            HEIGHT);
    Axis x = Axis.decades(min == Double.MAX_VALUE ? 1 : min, max, Chart.LEFT, Chart.RIGHT);
    Axis y = Axis.linear(1, chart.bottom(), Chart.TOP);
    chart.rows(y, value -> String.format(Locale.ROOT, "%.0f %%", value * 100));
    chart.columns(x, Figures::duration, "latency, logarithmic");
    List<String> legend = new ArrayList<>();
    for (Map.Entry<String, LatencyCurve> curve : curves.entrySet()) {
      line(html, curve.getValue(), x, y, legend.size());
      legend.add(SummaryTable.label(curve.getKey()));
    }
    int i = 0;
    for (Map.Entry<String, LatencyCurve> curve : curves.entrySet()) {
      hits(chart, legend.get(i++), curve.getValue(), x, y);
    }
    chart.close(legend);
  }

  private static void line(Html html, LatencyCurve curve, Axis x, Axis y, int i) {
    StringBuilder path = new StringBuilder();
    for (int j = 0; j < curve.valuesNs().size(); j++) {
      path.append(j == 0 ? "M" : "L").append(Html.number(x.at(curve.valuesNs().get(j))));
      path.append(' ').append(Html.number(y.at(curve.fractions().get(j))));
    }
    if (!path.isEmpty()) {
      path.append('H').append(Html.number(Chart.RIGHT));
      html.empty("path", "class", "line s" + i, "d", path);
    }
  }

  private static void hits(Chart chart, String name, LatencyCurve curve, Axis x, Axis y) {
    for (int j = 0; j < curve.valuesNs().size(); j++) {
      double fraction = curve.fractions().get(j);
      if (fraction > 0 && fraction < 1) {
        String tip =
            String.format(
                Locale.ROOT,
                "%s%n%.2f %% within %s",
                name,
                fraction * 100,
                Figures.duration(curve.valuesNs().get(j)));
        double cx = x.at(curve.valuesNs().get(j));
        chart.hit("circle", tip, "class", "hit", "cx", cx, "cy", y.at(fraction), "r", 6.0);
      }
    }
  }
}
