package dev.faultline.trace;

import java.util.List;
import java.util.Map;

/// What a reader has met so far: every line is an access, skipped for a reason, or broken, so
/// `lines = accesses + skippedLines + brokenLines`.
///
/// @param lines lines read
/// @param accesses accesses found; a `M` line of lackey is one
/// @param skipped lines that are neither access nor error, by reason; reasons without lines left
///   out
/// @param brokenLines lines that a lenient reader gave up on
/// @param brokenSamples the first few of them
/// @param joinedLines accesses that stood behind program output on the same line (in `accesses`
///   too)
/// @param lostEvents events that perf says it lost while recording
/// @param endedEarly whether a lenient reader met the end of the file too early
public record TraceCounts(
    long lines,
    long accesses,
    Map<SkipReason, Long> skipped,
    long brokenLines,
    List<BrokenLine> brokenSamples,
    long joinedLines,
    long lostEvents,
    boolean endedEarly) {

  /// The sum over [#skipped].
  public long skippedLines() {
    return skipped.values().stream().mapToLong(Long::longValue).sum();
  }
}
