package dev.faultline.app.summary;

import dev.faultline.app.console.Figures;
import dev.faultline.app.console.Screen;
import dev.faultline.app.console.TextTable;
import java.util.Map;

/// The closing table for people.
public final class SummaryTable {
  private SummaryTable() {}

  /// Returns the tables as text, each line ended by a newline.
  public static String render(RunSummary summary, Screen screen) {
    StringBuilder text = new StringBuilder();
    text.append(summary.name()).append("\n\n");
    text.append(counts(summary).render(screen)).append('\n');
    TextTable drops = drops(summary);
    if (!drops.isEmpty()) {
      text.append(drops.render(screen)).append('\n');
    }
    if (!summary.latencyNs().isEmpty()) {
      text.append(latencies(summary).render(screen)).append('\n');
    }
    appendInvariants(text, summary);
    return text.toString();
  }

  private static TextTable counts(RunSummary summary) {
    Responses responses = summary.responses();
    TextTable table = new TextTable("", "");
    if (summary.accesses() > 0) {
      table.row("accesses", Figures.count(summary.accesses()));
    }
    if (summary.pages() > 0) {
      table.row("pages", Figures.count(summary.pages()));
    }
    table.row("page requests", Figures.count(summary.requests()));
    table.row("groups", Figures.count(summary.groups()));
    table.row("  answered success", Figures.count(responses.success()));
    table.row("  answered invalid", Figures.count(responses.invalid()));
    table.row("  answered failure", Figures.count(responses.failure()));
    table.row("retries", Figures.count(summary.retries()));
    table.row("dropped or refused", Figures.count(summary.droppedSum()));
    if (summary.invalidAccesses().count() > 0) {
      table.row("invalid accesses", Figures.count(summary.invalidAccesses().count()));
    }
    summary
        .faultAround()
        .forEach((key, value) -> table.row("fault-around " + words(key), cell(value)));
    table.row("duration", Figures.duration(summary.durationMs() * 1e6));
    table.row("throughput", Figures.brief(summary.throughput()) + " requests/s");
    return table;
  }

  private static TextTable drops(RunSummary summary) {
    TextTable table = new TextTable("dropped or refused", "requests");
    summary
        .dropped()
        .forEach((reason, n) -> {
          if (n > 0) {
            table.row(reason, Figures.count(n));
          }
        });
    return table;
  }

  private static TextTable latencies(RunSummary summary) {
    TextTable table = new TextTable("latency", "p50", "p90", "p99", "p99.9", "max", "mean");
    for (Map.Entry<String, LatencyFigures> entry : summary.latencyNs().entrySet()) {
      LatencyFigures f = entry.getValue();
      table.row(
          label(entry.getKey()),
          Figures.duration(f.p50()),
          Figures.duration(f.p90()),
          Figures.duration(f.p99()),
          Figures.duration(f.p999()),
          Figures.duration(f.max()),
          Figures.duration(f.mean()));
    }
    return table;
  }

  /// Returns a stage's name as people read it.
  public static String label(String stage) {
    return switch (stage) {
      case "ring" -> "wait in ring";
      case "queue" -> "wait in queue";
      case StageRecorder.TOTAL -> "whole";
      default -> stage;
    };
  }

  private static void appendInvariants(StringBuilder text, RunSummary summary) {
    Invariants invariants = summary.invariants();
    text.append("invariants  ").append(Figures.count(invariants.checked())).append(" checked, ");
    int broken = invariants.violations().size();
    text.append(broken == 0 ? "all hold" : broken + " BROKEN").append('\n');
    for (String violation : invariants.violations()) {
      text.append("  ").append(violation).append('\n');
    }
  }

  private static String cell(Object value) {
    return value instanceof Long || value instanceof Integer
        ? Figures.count(((Number) value).longValue())
        : String.valueOf(value);
  }

  /// Turns `pagesPopulated` into `pages populated`.
  public static String words(String camelCase) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < camelCase.length(); i++) {
      char c = camelCase.charAt(i);
      if (Character.isUpperCase(c)) {
        words.append(' ').append(Character.toLowerCase(c));
      } else {
        words.append(c);
      }
    }
    return words.toString();
  }
}
