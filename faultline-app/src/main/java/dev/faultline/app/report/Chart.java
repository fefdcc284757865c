package dev.faultline.app.report;

import java.util.List;
import java.util.function.DoubleFunction;

/// The frame that all charts share: size, title for screen readers, axes, grid, legend.
final class Chart {
  static final double WIDTH = 480;
  static final double LEFT = 58;
  static final double RIGHT = 468;
  static final double TOP = 12;

  private final Html html;
  private final double height;

  private Chart(Html html, double height) {
    this.html = html;
    this.height = height;
  }

  /// Opens a figure with its heading and the SVG in it.
  ///
  /// @param title what the chart shows; after a colon a hint how to read it
  /// @param description the same in a sentence with the main figures, for who does not see it
  static Chart open(Html html, String id, String title, String description, double height) {
    html.open("figure", "class", "card", "id", id);
    int colon = title.indexOf(": ");
    html.open("figcaption").text(colon < 0 ? title : title.substring(0, colon));
    if (colon >= 0) {
      html.element("span", title.substring(colon + 2), "class", "hint");
    }
    html.close("figcaption");
    html.open(
        "svg",
        "viewBox",
        "0 0 " + Html.number(WIDTH) + " " + Html.number(height),
        "role",
        "img",
        "tabindex",
        "0",
        "aria-labelledby",
        id + "-t " + id + "-d");
    html.element("title", title, "id", id + "-t");
    html.element("desc", description, "id", id + "-d");
    return new Chart(html, height);
  }

  /// Closes the figure, with a legend if there are several series.
  void close(List<String> legend) {
    html.close("svg");
    if (legend.size() > 1) {
      html.open("ul", "class", "legend");
      for (int i = 0; i < legend.size(); i++) {
        html.open("li").element("span", "", "class", "key k" + i);
        html.text(legend.get(i)).close("li");
      }
      html.close("ul");
    }
    html.close("figure").raw("\n");
  }

  double bottom() {
    return height - 34;
  }

  /// Draws horizontal grid lines with their labels.
  void rows(Axis axis, DoubleFunction<String> label) {
    for (double tick : axis.ticks()) {
      double y = axis.at(tick);
      html.empty("line", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y);
      html.element(
          "text",
          Axis.label(label.apply(tick)),
          "class",
          "tick",
          "x",
          LEFT - 6,
          "y",
          y + 4,
          "text-anchor",
          "end");
    }
  }

  /// Draws vertical grid lines with their labels below.
  void columns(Axis axis, DoubleFunction<String> label, String title) {
    List<Double> ticks = axis.ticks();
    for (int i = 0; i < ticks.size(); i++) {
      double x = axis.at(ticks.get(i));
      html.empty("line", "class", "grid", "x1", x, "x2", x, "y1", TOP, "y2", bottom());
      boolean end = i == ticks.size() - 1 && x > RIGHT - 12;
      html.element(
          "text",
          Axis.label(label.apply(ticks.get(i))),
          "class",
          "tick",
          "x",
          x,
          "y",
          bottom() + 15,
          "text-anchor",
          end ? "end" : "middle");
    }
    html.element(
        "text",
        title,
        "class",
        "axis",
        "x",
        (LEFT + RIGHT) / 2,
        "y",
        height - 4,
        "text-anchor",
        "middle");
  }

  /// Draws an element that shows a text when it is pointed at.
  void hit(String element, String tip, Object... attributes) {
    html.open(element, attributes).element("title", tip).close(element);
  }
}
