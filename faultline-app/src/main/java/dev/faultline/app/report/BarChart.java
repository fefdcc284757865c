package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import java.util.List;

/// Bars: upright ones for a histogram, lying ones with names for a list of things.
final class BarChart {
  private static final double HEIGHT = 240;
  private static final double ROW = 30;

  private BarChart() {}

  /// One bar.
  ///
  /// @param style number of its colour
  record Bar(String name, double value, int style) {}

  static void upright(Html html, String id, String title, String axis, List<Bar> bars) {
    Chart chart = Chart.open(html, id, title, description(bars), HEIGHT);
    Axis y = Axis.linear(max(bars), chart.bottom(), Chart.TOP);
    chart.rows(y, Figures::brief);
    double step = (Chart.RIGHT - Chart.LEFT) / Math.max(1, bars.size());
    double width = Math.min(40, step * 0.8);
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double middle = Chart.LEFT + step * (i + 0.5);
      double top = y.at(bar.value());
      chart.hit(
          "rect",
          bar.name() + "\n" + Figures.count(Math.round(bar.value())),
          "class",
          "hit bar f" + bar.style(),
          "x",
          middle - width / 2,
          "y",
          top,
          "width",
          width,
          "height",
          Math.max(bar.value() > 0 ? 1 : 0, chart.bottom() - top));
      if (bars.size() <= 11 || i % 2 == 0) {
        label(html, bar.name(), middle, chart.bottom() + 15, "middle", "tick");
      }
    }
    label(html, axis, (Chart.LEFT + Chart.RIGHT) / 2, HEIGHT - 4, "middle", "axis");
    chart.close(List.of());
  }

  static void lying(Html html, String id, String title, List<Bar> bars) {
    double height = Chart.TOP + ROW * bars.size() + 6;
    Chart chart = Chart.open(html, id, title, description(bars), height);
    double sum = Math.max(1, bars.stream().mapToDouble(Bar::value).sum());
    double names = 150;
    Axis x = Axis.exact(max(bars), names, Chart.RIGHT - 92);
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = Chart.TOP + ROW * i;
      label(html, bar.name(), names - 8, y + 18, "end", "name");
      double width = Math.max(bar.value() > 0 ? 1.5 : 0, x.at(bar.value()) - names);
      html.empty(
          "rect",
          "class",
          "bar f" + bar.style(),
          "x",
          names,
          "y",
          y + 4,
          "width",
          width,
          "height",
          ROW - 10,
          "rx",
          2.0);
      String count = Figures.count(Math.round(bar.value()));
      label(html, count, names + width + 6, y + 18, "start", "value");
      chart.hit(
          "rect",
          bar.name() + "\n" + count + " (" + Figures.percent(bar.value() / sum) + ")",
          "class",
          "hit",
          "x",
          0.0,
          "y",
          y,
          "width",
          Chart.WIDTH,
          "height",
          ROW);
    }
    chart.close(List.of());
  }

  private static void label(
      Html html, String text, double x, double y, String anchor, String style) {
    html.element("text", text, "class", style, "x", x, "y", y, "text-anchor", anchor);
  }

  private static double max(List<Bar> bars) {
    return bars.stream().mapToDouble(Bar::value).max().orElse(0);
  }

  private static String description(List<Bar> bars) {
    StringBuilder text = new StringBuilder();
    for (Bar bar : bars) {
      text.append(bar.name()).append(": ").append(Figures.count(Math.round(bar.value())));
      text.append(". ");
    }
    return text.toString();
  }
}
