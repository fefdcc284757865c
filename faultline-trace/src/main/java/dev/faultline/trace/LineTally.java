package dev.faultline.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Counts the lines of a trace by what they are, and decides what a broken one leads to.
final class LineTally {
  private static final int MAX_SAMPLES = 5;

  private final String file;
  private final boolean lenient;
  private final Map<SkipReason, long[]> skipped = new EnumMap<>(SkipReason.class);
  private final List<BrokenLine> samples = new ArrayList<>();
  private long skippedLines;
  private long brokenLines;
  private boolean endedEarly;

  /// Accesses so far; parsers add to it in batches, and before they report a line.
  long accesses;

  long joinedLines;
  long lostEvents;

  LineTally(String file, boolean lenient) {
    this.file = file;
    this.lenient = lenient;
  }

  String file() {
    return file;
  }

  boolean lenient() {
    return lenient;
  }

  /// Lines counted so far.
  long lines() {
    return accesses + skippedLines + brokenLines;
  }

  long skippedLines() {
    return skippedLines;
  }

  long brokenLines() {
    return brokenLines;
  }

  void skip(SkipReason reason) {
    skipped.computeIfAbsent(reason, _ -> new long[1])[0]++;
    skippedLines++;
  }

  /// Counts the next line as broken.
  ///
  /// @param problem what is wrong with it
  /// @param expected what would be right
  /// @throws TraceException unless lenient
  void broken(byte[] text, int from, int to, String problem, String expected)
      throws TraceException {
    if (lenient && samples.size() >= MAX_SAMPLES) {
      brokenLines++;
      return;
    }
    broken(ByteText.excerpt(text, from, ByteText.trimEnd(text, from, to)), problem, expected);
  }

  void broken(String shown, String problem, String expected) throws TraceException {
    long line = lines() + 1;
    if (!lenient) {
      throw new TraceException(
          file,
          line,
          TraceException.UNKNOWN,
          problem + ": \"" + shown + "\"; " + expected + "; --lenient skips and counts such lines",
          null);
    }
    brokenLines++;
    if (samples.size() < MAX_SAMPLES) {
      samples.add(new BrokenLine(line, shown, problem));
    }
  }

  /// Notes that the file ends too early, possibly within a line.
  ///
  /// @throws TraceException unless lenient
  void endedEarly(DamagedInputException damage, boolean cutLine) throws TraceException {
    if (!lenient) {
      throw new TraceException(
          file,
          lines() + 1,
          damage.offset,
          damage.getMessage()
              + " (byte "
              + damage.offset
              + " of the file, after "
              + lines()
              + " whole lines); get the whole file, or use --lenient to take what there is",
          damage);
    }
    endedEarly = true;
    if (cutLine) {
      broken("", damage.getMessage() + " within this line", "a whole line");
    }
  }

  TraceCounts snapshot() {
    Map<SkipReason, Long> byReason = new EnumMap<>(SkipReason.class);
    skipped.forEach((reason, count) -> byReason.put(reason, count[0]));
    return new TraceCounts(
        lines(),
        accesses,
        Collections.unmodifiableMap(byReason),
        brokenLines,
        List.copyOf(samples),
        joinedLines,
        lostEvents,
        endedEarly);
  }
}
