package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import dev.faultline.app.summary.LatencyFigures;
import dev.faultline.app.summary.SummaryTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tables of a report.
final class ReportTables {
  private final Html html;

  ReportTables(Html html) {
    this.html = html;
  }

  /// A table of named values, left out if empty.
  void values(String title, Map<String, ?> values) {
    if (values.isEmpty()) {
      return;
    }
    open(title);
    html.open("tbody");
    values.forEach((key, value) -> {
      html.open("tr").element("th", SummaryTable.words(key), "scope", "row");
      cell(key, value);
      html.close("tr");
    });
    html.close("tbody");
    close();
  }

  /// A table with a row for each map; its columns are all their keys. Left out if empty.
  void rows(String title, List<Map<String, Object>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    Set<String> keys = new LinkedHashSet<>();
    rows.forEach(row -> keys.addAll(row.keySet()));
    open(title);
    html.open("thead").open("tr");
    for (String key : keys) {
      boolean figures = rows.stream().map(row -> row.get(key)).anyMatch(Number.class::isInstance);
      html.element("th", heading(key), "scope", "col", "class", figures ? "n" : "");
    }
    html.close("tr").close("thead").open("tbody");
    for (Map<String, Object> row : rows) {
      html.open("tr");
      keys.forEach(key -> cell(key, row.get(key)));
      html.close("tr");
    }
    html.close("tbody");
    close();
  }

  void latencies(Map<String, LatencyFigures> stages) {
    open("Latency by stage");
    html.open("thead").open("tr").element("th", "stage", "scope", "col");
    for (String heading : List.of("p50", "p90", "p99", "p99.9", "max", "mean", "groups")) {
      html.element("th", heading, "scope", "col", "class", "n");
    }
    html.close("tr").close("thead").open("tbody");
    stages.forEach((stage, f) -> {
      html.open("tr").element("th", SummaryTable.label(stage), "scope", "row");
      for (long ns : new long[] {f.p50(), f.p90(), f.p99(), f.p999(), f.max()}) {
        html.element("td", Figures.duration(ns), "class", "n");
      }
      html.element("td", Figures.duration(f.mean()), "class", "n");
      html.element("td", Figures.count(f.count()), "class", "n").close("tr");
    });
    html.close("tbody");
    close();
  }

  private void open(String title) {
    html.open("section", "class", "card wide").element("h3", title);
    html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
    html.open("table");
  }

  private void close() {
    html.close("table").close("div").close("section").raw("\n");
  }

  private static String heading(String key) {
    String name = key.endsWith("Ns") ? key.substring(0, key.length() - 2) : key;
    return SummaryTable.words(name);
  }

  private void cell(String key, @Nullable Object value) {
    if (value instanceof Number number) {
      html.element("td", figure(key, number), "class", "n");
    } else {
      html.element("td", value == null ? "" : value);
    }
  }

  private static String figure(String key, Number number) {
    if (key.endsWith("Ns")) {
      return Figures.duration(number.doubleValue());
    }
    if (key.endsWith("Bytes") || key.equals("bytes")) {
      return Figures.bytes(number.doubleValue());
    }
    return number instanceof Double || number instanceof Float
        ? String.format(Locale.ROOT, "%,.2f", number.doubleValue())
        : Figures.count(number.longValue());
  }
}
