package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import org.jspecify.annotations.Nullable;

/// Tells the lines of `perf script` apart that hold no page fault in the form of a tracepoint.
final class PerfText {
  private static final byte[] RECORD = ascii("PERF_RECORD_");
  private static final byte[] LOST_RECORD = ascii("PERF_RECORD_LOST");
  private static final byte[] LOST = ascii(" lost ");
  private static final byte[][] TOOL_MESSAGES = {
    ascii("[ perf "),
    ascii("Warning:"),
    ascii("Processed "),
    ascii("Check IO/CPU overload!"),
    ascii("'trace' not valid for"),
    ascii("Samples for '"),
    ascii("incompatible file format"),
    ascii("Kernel address maps"),
    ascii("WARNING:"),
    ascii("Couldn't "),
    ascii("Failed to "),
    ascii("Cannot load "),
    ascii("addr2line"),
  };

  private final LineTally tally;

  PerfText(LineTally tally) {
    this.tally = tally;
  }

  /// Says why a line is no fault, or `null` if it is none that perf writes.
  @Nullable SkipReason classify(byte[] bytes, int from, int to) {
    int start = ByteText.skipSpaces(bytes, from, to);
    if (start == to) {
      return SkipReason.BLANK;
    }
    if (bytes[from] == '#') {
      return SkipReason.COMMENT;
    }
    if (bytes[from] == '\t') {
      return SkipReason.CALL_CHAIN;
    }
    if (ByteText.indexOf(bytes, from, to, RECORD) >= 0) {
      noteLost(bytes, from, to);
      return SkipReason.OTHER_EVENT;
    }
    for (byte[] message : TOOL_MESSAGES) {
      if (ByteText.startsWith(bytes, from, to, message)) {
        return SkipReason.TOOL_MESSAGE;
      }
    }
    return isEvent(bytes, start, to) ? SkipReason.OTHER_EVENT : null;
  }

  /// Adds up what `PERF_RECORD_LOST lost 12` and `PERF_RECORD_LOST_SAMPLES lost 3` say.
  private void noteLost(byte[] bytes, int from, int to) {
    int record = ByteText.indexOf(bytes, from, to, LOST_RECORD);
    int lost = record < 0 ? -1 : ByteText.indexOf(bytes, record, to, LOST);
    if (lost >= 0) {
      int number = lost + LOST.length;
      long count = ByteText.decimal(bytes, number, ByteText.endOfDigits(bytes, number, to));
      tally.lostEvents += Math.max(count, 0);
    }
  }

  /// Whether a line has a time stamp with an event behind it, or, printed without times, the name
  /// of an event (`sched:sched_switch: ...`) behind a thread.
  static boolean isEvent(byte[] bytes, int from, int to) {
    int word = from;
    int previous = -1;
    int previousEnd = -1;
    while (word < to) {
      int end = ByteText.endOfWord(bytes, word, to);
      if (PerfHead.isTime(bytes, word, end)) {
        return end < to;
      }
      boolean name = bytes[end - 1] == ':' && end - word > 2 && !ByteText.isDigit(bytes[word]);
      if (name && previous >= 0 && PerfHead.isThreadOrCpu(bytes, previous, previousEnd)) {
        return true;
      }
      previous = word;
      previousEnd = end;
      word = ByteText.skipSpaces(bytes, end, to);
    }
    return false;
  }
}
