package dev.faultline.app.replay;

import dev.faultline.app.CommandFailure;
import dev.faultline.iopf.ResolvingHandler;
import dev.faultline.model.device.AcceleratorConfig;
import dev.faultline.model.world.QueueTopology;
import java.util.Locale;
import picocli.CommandLine.Option;

/// The settings of a replay, as options.
final class ReplaySettings {
  private static final int MAX_PAGES = 1 << 30;

  @Option(
      names = "--topology",
      paramLabel = "KIND",
      description = "Which devices share a fault queue: ${COMPLETION-CANDIDATES}; default global.")
  QueueTopology topology = QueueTopology.GLOBAL;

  @Option(
      names = "--iommus",
      paramLabel = "N",
      description = "IOMMUs that the devices are dealt out to; default 1.")
  int iommus = 1;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker threads of each fault queue; 0 = the driver handles faults; default 1.")
  int workers = 1;

  @Option(
      names = "--ring-size",
      paramLabel = "N",
      description = "Entries of a page request queue, a power of two; default 2048.")
  int ringSize = 2048;

  @Option(
      names = "--report-batch",
      paramLabel = "N",
      description = "Most requests in one report of a driver; default 16.")
  int reportBatch = 16;

  @Option(names = "--ordered", description = "Keep the order of a device's faults of one PASID.")
  boolean ordered;

  @Option(
      names = "--group-size",
      paramLabel = "N",
      description = "Most pages in one page request group; default 1.")
  int groupSize = 1;

  @Option(
      names = "--credits",
      paramLabel = "N",
      description = "Page requests that a device may have outstanding; default 32.")
  int credits = 32;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "Accesses that a device lets wait for pages while it goes on; default 64, and 1 for page "
              + "faults of perf: a thread waits for its fault.")
  int window;

  @Option(
      names = "--cache",
      paramLabel = "SETSxWAYS",
      description = "A device's translation cache; default 64x4.")
  String cache = "64x4";

  @Option(
      names = "--resident-limit",
      paramLabel = "PAGES|N%%",
      description =
          "Pages that an address space may hold, or percent of its trace's pages; default no limit.")
  String residentLimit = "";

  @Option(
      names = "--fault-around",
      paramLabel = "PAGES",
      description = "Aligned window of pages made present with a demanded one; default 1 = none.")
  int faultAround = 1;

  @Option(
      names = "--continue-on-error",
      description = "Handle the rest of a group behind a bad page too.")
  boolean continueOnError;

  /// Returns the window for a trace that holds page faults only, or every access.
  int windowFor(boolean faultsOnly) {
    return window != 0 ? window : faultsOnly ? Math.max(1, groupSize) : 64;
  }

  AcceleratorConfig device(boolean faultsOnly) {
    int sets;
    int ways;
    try {
      String[] parts = cache.toLowerCase(Locale.ROOT).split("x", -1);
      if (parts.length != 2) {
        throw new NumberFormatException();
      }
      sets = Integer.parseInt(parts[0]);
      ways = Integer.parseInt(parts[1]);
    } catch (NumberFormatException e) {
      throw CommandFailure.badInput(
          "--cache " + cache + ": expected SETSxWAYS, for example 64x4, or 1x8 for one full set");
    }
    try {
      return new AcceleratorConfig(groupSize, credits, 512, sets, ways, windowFor(faultsOnly));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(String.valueOf(e.getMessage()));
    }
  }

  ResolvingHandler.Settings handler() {
    try {
      return new ResolvingHandler.Settings(continueOnError, faultAround, true);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput("--fault-around: " + e.getMessage());
    }
  }

  /// Returns the limit in pages for an address space whose trace has `pages`; 0 = none.
  int residentPages(int pages) {
    if (residentLimit.isEmpty()) {
      return 0;
    }
    boolean percent = residentLimit.endsWith("%");
    String digits =
        percent ? residentLimit.substring(0, residentLimit.length() - 1) : residentLimit;
    int value;
    try {
      value = Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      value = -1;
    }
    if (value < 1 || value > (percent ? 100 : MAX_PAGES)) {
      throw CommandFailure.badInput(
          "--resident-limit "
              + residentLimit
              + ": expected a number of pages, 1 or more, or 1% to 100% of the trace's pages");
    }
    return percent ? (int) Math.max(1, (long) pages * value / 100) : value;
  }

  /// Checks what can be checked before anything is read.
  void check() {
    if (window < 0) {
      throw CommandFailure.badInput("--window " + window + ": expected 1 to 4096");
    }
    var _ = device(false);
    var _ = handler();
    residentPages(1);
  }
}
