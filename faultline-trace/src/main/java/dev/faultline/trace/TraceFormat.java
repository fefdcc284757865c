package dev.faultline.trace;

/// The kind of trace text.
public enum TraceFormat {
  /// Decide by what the first lines look like. Never the format of an open reader.
  AUTO("auto"),

  /// `valgrind --tool=lackey --trace-mem=yes`: every load, store and instruction fetch.
  LACKEY("lackey"),

  /// `perf script` of page-fault events: `exceptions:page_fault_user`,
  /// `exceptions:page_fault_kernel` or the software event `page-faults`.
  PERF_SCRIPT("perf");

  private final String label;

  TraceFormat(String label) {
    this.label = label;
  }

  /// The name for options and messages: `auto`, `lackey`, `perf`.
  public String label() {
    return label;
  }
}
