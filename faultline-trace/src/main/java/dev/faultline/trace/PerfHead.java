package dev.faultline.trace;

/// The fields of a `perf script` line before the name of the event, read from right to left.
///
/// ```
/// COMM  TID or PID/TID  [CPU]  MISC  SECONDS.FRACTION:  PERIOD
/// ```
///
/// `perf script -F` can leave out each of them, and a command name may hold spaces, colons, slashes
/// and digits; so they are told apart by their form, from the one with the clearest form on.
final class PerfHead {
  private static final int MAX_MISC_LETTERS = 5;
  private static final int NANOSECOND_DIGITS = 9;
  private static final long NANOSECONDS = 1_000_000_000L;
  private static final long MAX_SECONDS = Long.MAX_VALUE / NANOSECONDS - 1;

  int tid;
  int pid;
  long timeNs;
  int commFrom;
  int commTo;

  /// Reads the fields in a range that ends where the name of the event begins.
  void read(byte[] bytes, int from, int to) {
    tid = -1;
    pid = -1;
    timeNs = AccessBatch.NO_TIME;
    int start = ByteText.skipSpaces(bytes, from, to);
    int end = ByteText.trimEnd(bytes, start, to);
    end = withoutPeriod(bytes, start, end);
    int word = ByteText.startOfWord(bytes, start, end);
    if (isTime(bytes, word, end)) {
      timeNs = time(bytes, word, end - 1);
      end = ByteText.trimEnd(bytes, start, word);
      word = ByteText.startOfWord(bytes, start, end);
    }
    int before = ByteText.trimEnd(bytes, start, word);
    if (isMisc(bytes, word, end) && endsWithCpuOrTid(bytes, start, before)) {
      end = before;
      word = ByteText.startOfWord(bytes, start, end);
    }
    if (isCpu(bytes, word, end)) {
      end = ByteText.trimEnd(bytes, start, word);
      word = ByteText.startOfWord(bytes, start, end);
    }
    if (readTid(bytes, word, end)) {
      end = ByteText.trimEnd(bytes, start, word);
    }
    commFrom = start;
    commTo = end;
  }

  /// Drops the sample period: a number behind the time, or a second number where there is no time.
  private static int withoutPeriod(byte[] bytes, int from, int to) {
    int word = ByteText.startOfWord(bytes, from, to);
    if (!ByteText.isNumber(bytes, word, to)) {
      return to;
    }
    int before = ByteText.trimEnd(bytes, from, word);
    int previous = ByteText.startOfWord(bytes, from, before);
    boolean period = isTime(bytes, previous, before) || isTid(bytes, previous, before);
    return period ? before : to;
  }

  /// Whether a word is a time stamp: `1499.067767:`, with 6 or 9 digits behind the point.
  static boolean isTime(byte[] bytes, int from, int to) {
    if (to - from < 4 || bytes[to - 1] != ':') {
      return false;
    }
    int point = ByteText.endOfDigits(bytes, from, to);
    return point > from && bytes[point] == '.' && ByteText.isNumber(bytes, point + 1, to - 1);
  }

  /// The time in nanoseconds, or [AccessBatch#NO_TIME] if it is out of range.
  private static long time(byte[] bytes, int from, int to) {
    int point = ByteText.endOfDigits(bytes, from, to);
    long seconds = ByteText.decimal(bytes, from, point);
    int digits = Math.min(to - point - 1, NANOSECOND_DIGITS);
    long fraction = ByteText.decimal(bytes, point + 1, point + 1 + digits);
    for (int i = digits; i < NANOSECOND_DIGITS; i++) {
      fraction *= 10;
    }
    return seconds < 0 || seconds > MAX_SECONDS
        ? AccessBatch.NO_TIME
        : seconds * NANOSECONDS + fraction;
  }

  private static boolean isMisc(byte[] bytes, int from, int to) {
    if (from >= to || to - from > MAX_MISC_LETTERS) {
      return false;
    }
    for (int i = from; i < to; i++) {
      int lowerCase = bytes[i] | 0x20;
      boolean letter = lowerCase >= 'a' && lowerCase <= 'z';
      if (!letter) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCpu(byte[] bytes, int from, int to) {
    return to - from > 2
        && bytes[from] == '['
        && bytes[to - 1] == ']'
        && ByteText.isNumber(bytes, from + 1, to - 1);
  }

  private static boolean endsWithCpuOrTid(byte[] bytes, int from, int to) {
    return isThreadOrCpu(bytes, ByteText.startOfWord(bytes, from, to), to);
  }

  /// Whether a word is `TID`, `PID/TID` or `[CPU]`.
  static boolean isThreadOrCpu(byte[] bytes, int from, int to) {
    return isCpu(bytes, from, to) || isTid(bytes, from, to);
  }

  private static boolean isTid(byte[] bytes, int from, int to) {
    int slash = ByteText.find(bytes, from, to, '/');
    return isId(bytes, from, slash) && (slash == to || isId(bytes, slash + 1, to));
  }

  private boolean readTid(byte[] bytes, int from, int to) {
    if (!isTid(bytes, from, to)) {
      return false;
    }
    int slash = ByteText.find(bytes, from, to, '/');
    if (slash < to) {
      pid = id(bytes, from, slash);
      tid = id(bytes, slash + 1, to);
    } else {
      tid = id(bytes, from, to);
    }
    return true;
  }

  /// Whether a word is a process or thread id; perf writes -1 for one that it does not know.
  private static boolean isId(byte[] bytes, int from, int to) {
    boolean unknown = to - from == 2 && bytes[from] == '-' && bytes[from + 1] == '1';
    return unknown || (to - from <= 10 && ByteText.isNumber(bytes, from, to));
  }

  private static int id(byte[] bytes, int from, int to) {
    long value = ByteText.decimal(bytes, from, to);
    return value > Integer.MAX_VALUE ? -1 : (int) value;
  }
}
