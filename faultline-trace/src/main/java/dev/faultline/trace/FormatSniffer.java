package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the format of a trace by its first lines.
final class FormatSniffer {
  /// How many bytes to look at.
  static final int LOOK_AHEAD = 1 << 16;

  private static final byte[] PERF_HEADER = ascii("# ========");
  private static final byte[] PERF_CAPTURED = ascii("# captured on");
  private static final byte[] PERF_DATA = ascii("PERFILE2");
  private static final Map<String, byte[]> UNKNOWN_PACKINGS =
      Map.of(
          "xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z'},
          "bzip2", ascii("BZh"),
          "lz4", new byte[] {0x04, 0x22, 0x4d, 0x18},
          "zip", new byte[] {'P', 'K', 3, 4},
          "7z", new byte[] {'7', 'z', (byte) 0xbc, (byte) 0xaf},
          "compress", new byte[] {0x1f, (byte) 0x9d});

  private static final int MIN_LACKEY_BYTES = 6;

  private @Nullable TraceFormat decided;
  private boolean perfLike;
  private boolean tracepoint;

  private FormatSniffer() {}

  /// Looks at the lines of a range that ends with a line feed.
  static FormatSniffer of(byte[] bytes, int from, int to) {
    FormatSniffer sniffer = new FormatSniffer();
    int line = from;
    while (line < to) {
      int end = ByteText.find(bytes, line, to, '\n');
      sniffer.look(bytes, line, ByteText.trimEnd(bytes, line, end));
      line = end + 1;
    }
    return sniffer;
  }

  /// The format, or `null` if the lines look like none.
  @Nullable TraceFormat format() {
    if (decided != null) {
      return decided;
    }
    return perfLike ? TraceFormat.PERF_SCRIPT : null;
  }

  /// Whether page faults in the form of perf tracepoints are among the lines.
  boolean tracepointSeen() {
    return tracepoint;
  }

  private void look(byte[] bytes, int from, int to) {
    if (PerfLine.isTracepointFault(bytes, from, to)) {
      tracepoint = true;
      decide(TraceFormat.PERF_SCRIPT);
    } else if (isLackeyAccess(bytes, from, to) || LackeyText.isBanner(bytes, from, to)) {
      decide(TraceFormat.LACKEY);
    } else if (decided == null) {
      perfLike |=
          ByteText.startsWith(bytes, from, to, PERF_HEADER)
              || ByteText.startsWith(bytes, from, to, PERF_CAPTURED)
              || PerfText.isEvent(bytes, ByteText.skipSpaces(bytes, from, to), to);
    }
  }

  private void decide(TraceFormat format) {
    if (decided == null) {
      decided = format;
    }
  }

  private static boolean isLackeyAccess(byte[] bytes, int from, int to) {
    if (to - from < MIN_LACKEY_BYTES || LackeyParser.kindsOf(bytes, from) == 0) {
      return false;
    }
    int address = from + LackeyParser.HEAD_BYTES;
    int comma = ByteText.endOfHex(bytes, address, to);
    return comma > address
        && comma < to
        && bytes[comma] == ','
        && ByteText.isNumber(bytes, comma + 1, to);
  }

  /// Says what a text of no known format looks like, and which formats there are.
  static String unknownFormat(byte[] bytes, int from, int to) {
    String guess;
    if (ByteText.startsWith(bytes, from, to, PERF_DATA)) {
      guess = "is a perf.data file; print it with perf script -F comm,pid,tid,time,event,trace";
    } else if (MapsFile.looksLikeMaps(bytes, from, to)) {
      guess = "looks like a /proc/PID/maps file, which goes beside a trace";
    } else if (LackeyText.valgrindMessage(bytes, from, to) >= 0) {
      guess = "is from another valgrind tool than lackey";
    } else {
      guess = "is in no known format";
    }
    return guess
        + "; its first line is \""
        + ByteText.excerpt(bytes, from, to)
        + "\"; known are valgrind --tool=lackey --trace-mem=yes and perf script of page-fault events,"
        + " plain, gzip or zstd";
  }

  /// Names the packing of a file that is packed in a way not known here, or returns `null`.
  static @Nullable String unknownPacking(byte[] bytes, int length) {
    for (Map.Entry<String, byte[]> packing : UNKNOWN_PACKINGS.entrySet()) {
      if (ByteText.startsWith(bytes, 0, length, packing.getValue())) {
        return packing.getKey();
      }
    }
    return null;
  }
}
