package dev.faultline.app.bench;

import dev.faultline.app.console.Figures;
import dev.faultline.app.console.Screen;
import dev.faultline.app.console.TextTable;
import java.util.List;
import java.util.Locale;

/// The results for people.
final class EngineTable {
  private EngineTable() {}

  static String render(List<EngineResult> results, Screen screen) {
    TextTable table =
        new TextTable(
            "group", "batch", "workers", "dev", "pending", "ns", "min", "max", "bytes", "C ns",
            "faster");
    table.leftColumns(0);
    for (EngineResult r : results) {
      double published = PublishedFigures.nsPerFault(r);
      table.row(
          Integer.toString(r.groupSize()),
          Integer.toString(r.reportBatch()),
          r.workers() == 0 ? "inline" : Integer.toString(r.workers()),
          Integer.toString(r.devices()),
          Figures.count(r.backlog()),
          decimal(r.nsPerFault()),
          decimal(r.nsPerFaultMin()),
          decimal(r.nsPerFaultMax()),
          decimal(r.bytesPerFault()),
          published == 0 ? "-" : decimal(published),
          published == 0 ? "-" : decimal(published / r.nsPerFault()) + "x");
    }
    return table.render(screen)
        + """

        ns, min, max, bytes: for one fault; median, fastest and slowest repetition.
        C ns: the kernel's algorithm as a C program, reported one by one, inline or
        with a pthread work queue; measured once on two virtual cores, so compare on
        such a machine only.
        """;
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
