package dev.faultline.app.report;

import dev.faultline.app.console.Figures;
import dev.faultline.app.summary.InvalidAccesses;
import dev.faultline.app.summary.Invariants;
import dev.faultline.app.summary.LatencyFigures;
import dev.faultline.app.summary.Responses;
import dev.faultline.app.summary.RunSummary;
import dev.faultline.app.summary.StageRecorder;
import java.util.ArrayList;
import java.util.List;

/// Puts a report together.
final class ReportPage {
  private final ReportInput input;
  private final RunSummary summary;
  private final Html html = new Html();
  private final ReportTables tables = new ReportTables(html);

  ReportPage(ReportInput input) {
    this.input = input;
    summary = input.summary();
  }

  String render(String style, String script) {
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.element("title", summary.name() + " · Faultline").raw("\n<style>\n").raw(style);
    html.raw("</style>\n</head>\n<body>\n<main>\n");
    header();
    tiles();
    invariants();
    charts();
    details();
    html.raw("</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n<script>\n").raw(script);
    html.raw("</script>\n</body>\n</html>\n");
    return html.toString();
  }

  private void header() {
    html.open("header").element("p", "Faultline run report", "class", "kind");
    html.element("h1", summary.name());
    html.element(
        "p",
        Figures.count(summary.accesses())
            + " accesses to "
            + Figures.count(summary.pages())
            + " pages in "
            + Figures.duration(summary.durationMs() * 1e6)
            + ", seed "
            + summary.seed(),
        "class",
        "sub");
    html.close("header").raw("\n");
  }

  private void tiles() {
    Responses responses = summary.responses();
    double answers = Math.max(1, responses.sum());
    html.open("dl", "class", "tiles");
    tile("Page requests", Figures.count(summary.requests()), Figures.rate(summary.throughput()));
    tile("Groups", Figures.count(summary.groups()), perGroup());
    tile(
        "Answered success",
        Figures.percent(responses.success() / answers),
        Figures.count(responses.invalid())
            + " invalid, "
            + Figures.count(responses.failure())
            + " failure");
    LatencyFigures total = summary.latencyNs().get(StageRecorder.TOTAL);
    if (total != null) {
      tile("Median latency", Figures.duration(total.p50()), "p90 " + Figures.duration(total.p90()));
      tile("p99 latency", Figures.duration(total.p99()), "max " + Figures.duration(total.max()));
    }
    tile(
        "Dropped or refused",
        Figures.count(summary.droppedSum()),
        Figures.count(summary.retries()) + " retries");
    html.close("dl").raw("\n");
  }

  private String perGroup() {
    double size = (double) summary.accounting().grouped() / Math.max(1, summary.groups());
    return String.format(java.util.Locale.ROOT, "%.2f requests each", size);
  }

  private void tile(String name, String value, String more) {
    html.open("div", "class", "card").element("dt", name).element("dd", value);
    html.element("dd", more, "class", "more").close("div");
  }

  private void invariants() {
    Invariants invariants = summary.invariants();
    boolean holds = summary.holds();
    html.open("section", "class", holds ? "verdict good" : "verdict bad");
    html.open("p");
    html.element("strong", holds ? "✓ All invariants hold" : "✗ Invariants broken");
    html.text(
        " · "
            + Figures.count(invariants.checked())
            + " checked, "
            + invariants.violations().size()
            + " violated");
    html.close("p");
    if (!holds) {
      html.open("ul");
      invariants.violations().forEach(violation -> html.element("li", violation));
      html.close("ul");
    }
    html.close("section").raw("\n");
  }

  private void charts() {
    html.element("h2", "Charts").open("div", "class", "grid2");
    if (!summary.latencyNs().isEmpty()) {
      StageChart.draw(html, summary.latencyNs());
    }
    if (!input.curves().isEmpty()) {
      CurveChart.draw(html, input.curves());
    }
    if (!input.rates().isEmpty()) {
      TimeChart.draw(
          html,
          "rates",
          "Faults over time: page requests in a second",
          input.rates(),
          input.marks());
    }
    if (!input.depths().isEmpty()) {
      TimeChart.draw(
          html, "depths", "Queue over time: page request groups", input.depths(), input.marks());
    }
    List<BarChart.Bar> sizes = new ArrayList<>();
    for (GroupSizes.Bin bin : input.groupSizes().bins()) {
      sizes.add(new BarChart.Bar(bin.label(), bin.groups(), 0));
    }
    if (!sizes.isEmpty()) {
      BarChart.upright(html, "sizes", "Groups by size", "requests in the group", sizes);
    }
    html.open("div", "class", "stack");
    answers();
    html.close("div").close("div").raw("\n");
  }

  private void answers() {
    Responses responses = summary.responses();
    BarChart.lying(
        html,
        "answers",
        "Answers by code",
        List.of(
            new BarChart.Bar("SUCCESS", responses.success(), 2),
            new BarChart.Bar("INVALID", responses.invalid(), 1),
            new BarChart.Bar("FAILURE", responses.failure(), 4)));
    List<BarChart.Bar> drops = new ArrayList<>();
    summary
        .dropped()
        .forEach((reason, n) -> {
          if (n > 0) {
            drops.add(new BarChart.Bar(reason.replace('_', ' '), n, 1));
          }
        });
    if (drops.isEmpty()) {
      html.open("figure", "class", "card").element("figcaption", "Dropped or refused");
      html.element("p", "Nothing was dropped or refused.", "class", "none").close("figure");
    } else {
      BarChart.lying(html, "drops", "Dropped or refused by reason", drops);
    }
  }

  private void details() {
    html.element("h2", "Figures").open("div", "class", "tables");
    if (!summary.latencyNs().isEmpty()) {
      tables.latencies(summary.latencyNs());
    }
    tables.rows("Devices", summary.devices());
    tables.rows("PASIDs", summary.pasids());
    tables.rows("Fault queues", summary.queues());
    tables.rows("Address spaces", summary.addressSpaces());
    tables.values("Fault-around", summary.faultAround());
    InvalidAccesses invalid = summary.invalidAccesses();
    tables.rows(
        "Invalid accesses: "
            + Figures.count(invalid.count())
            + ", the first "
            + invalid.samples().size(),
        invalid.samples());
    tables.values("Trace", summary.trace());
    tables.values("Settings", summary.settings());
    html.close("div").raw("\n");
  }
}
