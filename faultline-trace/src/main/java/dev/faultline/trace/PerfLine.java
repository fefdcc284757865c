package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import org.jspecify.annotations.Nullable;

/// One line of `perf script`, taken apart; reused from line to line.
///
/// A page fault is known by its fields, whatever stands before them and whether or not the event's
/// name does:
///
/// ```
/// gcc 32348  2425.606468: page_fault_user: address=0x7fb864f20b70 ip=0x7fb864f20b70 error_code=0x14
/// gcc 32348/32348 [001] 2425.6: exceptions:page_fault_kernel: address=0x53d108 ip=elf_load error_c..
/// ```
///
/// The error code is that of x86: bit 0 protection, 1 write, 2 user mode, 4 instruction fetch; the
/// others (3 reserved, 5 protection keys, 6 shadow stack, 15 SGX, 31 RMP) say more about the reason
/// and nothing about the kind. perf prints an address that falls on a kernel symbol as that symbol.
///
/// The fields before the event are read by [PerfHead], software events by [PerfSample], lines
/// without a fault by [PerfText].
final class PerfLine {
  /// What a line is.
  enum Outcome {
    FAULT,
    SKIPPED,
    BROKEN
  }

  private static final byte[] ADDRESS = ascii("address=");
  private static final byte[] IP = ascii(" ip=");
  private static final byte[] ERROR_CODE = ascii(" error_code=");
  private static final byte[] USER_EVENT = ascii("page_fault_user:");
  private static final byte[] KERNEL_EVENT = ascii("page_fault_kernel:");
  private static final byte[] NIL = ascii("(nil)");

  private static final int PROTECTION_BIT = 1;
  private static final int WRITE_BIT = 1 << 1;
  private static final int USER_BIT = 1 << 2;
  private static final int FETCH_BIT = 1 << 4;

  private static final String NOT_A_FAULT = "not a line of perf script";

  final PerfHead head = new PerfHead();
  private final PerfText text;
  private final @Nullable PerfSample sample;

  long address;
  int kinds;
  int flags;

  /// The instruction's address, 0 if perf printed a symbol or nothing.
  long ip;

  /// Where the name of the function stands if perf printed a symbol as `ip`, else empty.
  int symbolFrom;

  int symbolTo;

  /// Set with [Outcome#SKIPPED].
  SkipReason skipReason = SkipReason.BLANK;

  /// Set with [Outcome#BROKEN].
  String problem = NOT_A_FAULT;

  /// Makes a line.
  ///
  /// @param samples whether software events are the faults of this trace; where it has the
  ///   tracepoints as well, each fault would count twice
  PerfLine(LineTally tally, boolean samples) {
    this.text = new PerfText(tally);
    this.sample = samples ? new PerfSample(this) : null;
  }

  /// Whether a line holds a page fault in the form of a tracepoint.
  static boolean isTracepointFault(byte[] bytes, int from, int to) {
    int field = fieldOf(bytes, from, to);
    return field >= 0
        && ByteText.indexOf(bytes, field, to, ERROR_CODE) >= 0
        && Event.before(bytes, from, field) != Event.OTHER;
  }

  /// The place of `address=` at the beginning of a word, or -1.
  private static int fieldOf(byte[] bytes, int from, int to) {
    int found = ByteText.indexOf(bytes, from, to, ADDRESS);
    while (found > from && !ByteText.isSpace(bytes[found - 1])) {
      found = ByteText.indexOf(bytes, found + 1, to, ADDRESS);
    }
    return found;
  }

  /// Takes a line apart; the range excludes the line feed.
  Outcome parse(byte[] bytes, int from, int to) {
    ip = 0;
    symbolFrom = 0;
    symbolTo = 0;
    int end = ByteText.trimEnd(bytes, from, to);
    int field = fieldOf(bytes, from, end);
    if (field >= 0) {
      Event event = Event.before(bytes, from, field);
      int code = ByteText.indexOf(bytes, field, end, ERROR_CODE);
      if (event != Event.OTHER && code >= 0) {
        return tracepoint(bytes, from, end, field, code, event);
      }
      if (event == Event.USER || event == Event.KERNEL) {
        return broken("a page fault without error_code");
      }
    }
    return other(bytes, from, end);
  }

  private Outcome other(byte[] bytes, int from, int end) {
    SkipReason reason = text.classify(bytes, from, end);
    if (reason == null) {
      return broken(NOT_A_FAULT);
    }
    if (reason != SkipReason.OTHER_EVENT) {
      return skipped(reason);
    }
    if (ByteText.indexOf(bytes, from, end, USER_EVENT) >= 0
        || ByteText.indexOf(bytes, from, end, KERNEL_EVENT) >= 0) {
      return broken("a page fault without its address; perf prints it with -F ...,trace");
    }
    return sample == null ? skipped(reason) : sample.parse(bytes, from, end);
  }

  private Outcome tracepoint(byte[] bytes, int from, int end, int field, int code, Event event) {
    int digits = code + ERROR_CODE.length;
    int digitsEnd = ByteText.endOfWord(bytes, digits, end);
    if (!isHex(bytes, digits, digitsEnd)) {
      return broken("the error code is no hexadecimal number with 0x");
    }
    long errorCode = ByteText.hex(bytes, digits + 2, digitsEnd);
    int at = field + ADDRESS.length;
    int atEnd = ByteText.endOfWord(bytes, at, end);
    boolean kernelSymbol = false;
    if (isHex(bytes, at, atEnd)) {
      address = ByteText.hex(bytes, at + 2, atEnd);
    } else if (ByteText.startsWith(bytes, at, atEnd, NIL)) {
      address = 0;
    } else if (at < atEnd && !ByteText.isDigit(bytes[at])) {
      kernelSymbol = true;
    } else {
      return broken("the address is no hexadecimal number with 0x");
    }
    if (kernelSymbol || address < 0) {
      return skipped(SkipReason.KERNEL_ADDRESS);
    }
    readIp(bytes, atEnd, code);
    head.read(bytes, from, event == Event.UNNAMED ? field : startOfEvent(bytes, from, field));
    kinds = kindsOf(errorCode);
    boolean kernel =
        event == Event.KERNEL || (event == Event.UNNAMED && (errorCode & USER_BIT) == 0);
    flags =
        ((errorCode & PROTECTION_BIT) != 0 ? AccessBatch.PROTECTION : 0)
            | (kernel ? AccessBatch.KERNEL : 0);
    return Outcome.FAULT;
  }

  private static int kindsOf(long errorCode) {
    if ((errorCode & FETCH_BIT) != 0) {
      return AccessBatch.READ | AccessBatch.EXECUTE;
    }
    return (errorCode & WRITE_BIT) != 0 ? AccessBatch.WRITE : AccessBatch.READ;
  }

  private void readIp(byte[] bytes, int from, int to) {
    int field = ByteText.indexOf(bytes, from, to, IP);
    if (field < 0) {
      return;
    }
    int at = field + IP.length;
    int end = ByteText.endOfWord(bytes, at, to);
    if (isHex(bytes, at, end)) {
      ip = ByteText.hex(bytes, at + 2, end);
    } else {
      symbolFrom = at;
      symbolTo = ByteText.find(bytes, at, end, '+');
    }
  }

  /// Whether a word is `0x` and 1 to 16 hexadecimal digits.
  private static boolean isHex(byte[] bytes, int from, int to) {
    return to - from > 2
        && to - from <= 18
        && bytes[from] == '0'
        && bytes[from + 1] == 'x'
        && ByteText.endOfHex(bytes, from + 2, to) == to;
  }

  private static int startOfEvent(byte[] bytes, int from, int field) {
    return ByteText.startOfWord(bytes, from, ByteText.trimEnd(bytes, from, field));
  }

  Outcome skipped(SkipReason reason) {
    skipReason = reason;
    return Outcome.SKIPPED;
  }

  Outcome broken(String what) {
    problem = what;
    return Outcome.BROKEN;
  }

  /// The event whose fields begin at some place.
  private enum Event {
    USER,
    KERNEL,
    /// No name: the fields follow the time, the cpu or the thread.
    UNNAMED,
    OTHER;

    static Event before(byte[] bytes, int from, int field) {
      int end = ByteText.trimEnd(bytes, from, field);
      int word = ByteText.startOfWord(bytes, from, end);
      if (ByteText.endsWith(bytes, word, end, USER_EVENT)) {
        return USER;
      }
      if (ByteText.endsWith(bytes, word, end, KERNEL_EVENT)) {
        return KERNEL;
      }
      boolean head =
          word == end
              || PerfHead.isTime(bytes, word, end)
              || PerfHead.isThreadOrCpu(bytes, word, end);
      return head ? UNNAMED : OTHER;
    }
  }
}
