package dev.faultline.trace;

import java.util.List;

/// Turns the lines of one trace format into accesses.
sealed interface TraceParser permits LackeyParser, PerfParser {

  /// Parses lines of the window until the batch is full or the window is read, appending accesses.
  ///
  /// @throws TraceException for a broken line, unless lenient; the batch then holds the accesses
  ///   before it
  void parse(LineBuffer lines, AccessBatch batch) throws TraceException;

  /// What a trace of this format without any access lacks, as advice.
  String adviceWithoutAccess();

  /// The threads met so far, by index; live, for the reading thread.
  List<TraceThread> threads();

  /// The processes met so far, by index; live, for the reading thread.
  List<TraceProcess> processes();
}
