package dev.faultline.trace;

/// How to read a trace.
///
/// @param format the format of the text, or [TraceFormat#AUTO]
/// @param lenient whether broken lines, and a file that ends too early, are counted instead of
///   refused
/// @param processes how threads of a perf trace become processes
public record TraceOptions(TraceFormat format, boolean lenient, ProcessRule processes) {

  /// Format by content, strict, processes by id or inferred.
  public static final TraceOptions DEFAULTS =
      new TraceOptions(TraceFormat.AUTO, false, ProcessRule.AUTO);

  /// Returns these options with another format.
  public TraceOptions withFormat(TraceFormat newFormat) {
    return new TraceOptions(newFormat, lenient, processes);
  }

  /// Returns these options, lenient or strict.
  public TraceOptions withLenient(boolean newLenient) {
    return new TraceOptions(format, newLenient, processes);
  }

  /// Returns these options with another rule for processes.
  public TraceOptions withProcesses(ProcessRule newProcesses) {
    return new TraceOptions(format, lenient, newProcesses);
  }
}
