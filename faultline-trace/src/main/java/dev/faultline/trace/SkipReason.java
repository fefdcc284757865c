package dev.faultline.trace;

/// Why a line of a trace is no access and no error; each reason has its own count in [TraceCounts].
public enum SkipReason {
  /// Empty, or white space only.
  BLANK("blank lines"),

  /// Said by the tool: `==pid==` and `--pid--` lines of valgrind, warnings of perf.
  TOOL_MESSAGE("messages of the tool"),

  /// Output of the traced program between the lines of a lackey trace that was taken from standard
  /// error.
  PROGRAM_OUTPUT("lines of program output"),

  /// A `#` line of perf's header.
  COMMENT("comment lines"),

  /// Another event than a page fault: another tracepoint, a `PERF_RECORD_` line, a superblock.
  OTHER_EVENT("other events"),

  /// A line of a call chain below an event.
  CALL_CHAIN("call chain lines"),

  /// A page fault on an address of the kernel, which no user process has.
  KERNEL_ADDRESS("faults on kernel addresses");

  private final String label;

  SkipReason(String label) {
    this.label = label;
  }

  /// What was skipped, in the plural, for a report: `blank lines`.
  public String label() {
    return label;
  }
}
