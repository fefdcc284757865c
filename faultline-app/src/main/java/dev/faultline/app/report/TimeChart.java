package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import java.util.List;
import java.util.Locale;

/// Series over time as stepped lines, the first one filled.
final class TimeChart {
  private static final double HEIGHT = 240;

  private TimeChart() {}

  static void draw(
      Html html, String id, String title, List<TimeSeries> series, List<TimeMark> marks) {
    double max = series.stream().mapToDouble(TimeSeries::max).max().orElse(0);
    double seconds = series.stream().mapToDouble(TimeSeries::seconds).max().orElse(0);
    String description =
        String.format(
            Locale.ROOT,
            "%s. %s long, highest value %s.",
            title,
            Figures.duration(seconds * 1e9),
            Figures.brief(max));
    Chart chart = Chart.open(html, id, title, description, HEIGHT);
    Axis x = Axis.exact(seconds, Chart.LEFT, Chart.RIGHT);
    Axis y = Axis.linear(max, chart.bottom(), Chart.TOP);
    chart.rows(y, Figures::brief);
    chart.columns(x, value -> value == 0 ? "0" : Figures.duration(value * 1e9), "time");
    for (int i = 0; i < series.size(); i++) {
      line(html, series.get(i), x, y, chart.bottom(), i);
    }
    for (TimeMark mark : marks) {
      double at = x.at(mark.atNs() / 1e9);
      String tip = mark.text() + " at " + Figures.duration(mark.atNs());
      chart.hit(
          "line",
          tip,
          "class",
          "mark hit",
          "x1",
          at,
          "x2",
          at,
          "y1",
          Chart.TOP,
          "y2",
          chart.bottom());
    }
    hits(chart, series, x);
    chart.close(series.stream().map(TimeSeries::name).toList());
  }

  private static void line(Html html, TimeSeries series, Axis x, Axis y, double bottom, int i) {
    double step = series.widthNs() / 1e9;
    StringBuilder path = new StringBuilder();
    for (int j = 0; j < series.values().size(); j++) {
      String level = Html.number(y.at(series.values().get(j)));
      path.append(j == 0 ? "M" : "L").append(Html.number(x.at(j * step))).append(' ');
      path.append(level).append('H').append(Html.number(x.at((j + 1) * step)));
    }
    if (i == 0 && !path.isEmpty()) {
      String area = path + "V" + Html.number(bottom) + "H" + Html.number(x.at(0)) + "Z";
      html.empty("path", "class", "area f" + i, "d", area);
    }
    html.empty("path", "class", "line s" + i, "d", path);
  }

  private static void hits(Chart chart, List<TimeSeries> series, Axis x) {
    TimeSeries first = series.getFirst();
    double step = first.widthNs() / 1e9;
    for (int j = 0; j < first.values().size(); j++) {
      StringBuilder tip = new StringBuilder(Figures.duration(j * step * 1e9));
      for (TimeSeries one : series) {
        int at = (int) (j * step * 1e9 / one.widthNs());
        if (at < one.values().size()) {
          tip.append('\n').append(one.name()).append(' ');
          tip.append(Figures.brief(one.values().get(at)));
          tip.append(one.unit().isEmpty() ? "" : " " + one.unit());
        }
      }
      double from = x.at(j * step);
      chart.hit(
          "rect",
          tip.toString(),
          "class",
          "hit",
          "x",
          from,
          "y",
          Chart.TOP,
          "width",
          Math.max(0.5, x.at((j + 1) * step) - from),
          "height",
          chart.bottom() - Chart.TOP);
    }
  }
}
