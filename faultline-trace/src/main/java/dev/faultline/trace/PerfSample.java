package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import dev.faultline.trace.PerfLine.Outcome;

/// Reads samples of perf's software event `page-faults` (`faults`, `minor-faults`, `major-faults`).
///
/// ```
/// ls  3986/3986   2051.397814: page-faults:     560dd6d3e5c0
/// ls  3986/3986   2051.398297: page-faults:     7f8342b35110 dl_close_state.2 (/usr/lib/ld.so) ff..
/// ls  3986  2051.397814:          1 page-faults:  ffffffff817554ea elf_load+0x28a ([kernel.kallsyms])
/// ```
///
/// The first two have the address (`perf record -d`, `perf script -F ...,addr`), in a field of 16
/// characters behind one space. The third has only the instruction, in a field of 16 behind two.
/// Nothing says what kind of access it was: it becomes a read of unknown kind, and an instruction
/// fetch if the instruction's own address follows and is the same.
final class PerfSample {
  private static final byte[] FAULTS = ascii("faults");
  private static final byte[] MINOR = ascii("minor-faults");
  private static final byte[] MAJOR = ascii("major-faults");
  private static final int ADDRESS_WIDTH = 17;

  private final PerfLine line;
  private boolean allFaultsSeen;

  PerfSample(PerfLine line) {
    this.line = line;
  }

  /// The end of the event's name if the line is such a sample, colon included, else -1.
  static int endOfEvent(byte[] bytes, int from, int to) {
    int found = ByteText.indexOf(bytes, from, to, FAULTS);
    while (found >= 0) {
      int end = ByteText.endOfWord(bytes, found, to);
      int word = ByteText.startOfWord(bytes, from, end);
      if (bytes[end - 1] == ':' && isEvent(bytes, word, end)) {
        return end;
      }
      found = ByteText.indexOf(bytes, end, to, FAULTS);
    }
    return -1;
  }

  /// Whether a word is `faults:` behind nothing, `page-`, `minor-` or `major-`, maybe with
  /// modifiers as in `page-faults:u:`.
  private static boolean isEvent(byte[] bytes, int from, int to) {
    int name = ByteText.indexOf(bytes, from, to, FAULTS);
    int after = name + FAULTS.length;
    boolean prefix = name == from || (bytes[name - 1] == '-' && name - from <= 6);
    return prefix && after < to && bytes[after] == ':' && to - after <= 8;
  }

  Outcome parse(byte[] bytes, int from, int to) {
    int event = endOfEvent(bytes, from, to);
    if (event < 0) {
      return line.skipped(SkipReason.OTHER_EVENT);
    }
    int name = ByteText.startOfWord(bytes, from, event);
    boolean partial =
        ByteText.startsWith(bytes, name, event, MINOR)
            || ByteText.startsWith(bytes, name, event, MAJOR);
    if (partial && allFaultsSeen) {
      return line.skipped(SkipReason.OTHER_EVENT);
    }
    allFaultsSeen |= !partial;
    int at = ByteText.skipSpaces(bytes, event, to);
    int end = ByteText.endOfWord(bytes, at, to);
    if (at == to || end - event > ADDRESS_WIDTH) {
      return line.broken(
          "a page-faults sample without the address touched; it takes perf record -d and perf"
              + " script -F comm,pid,tid,time,event,addr");
    }
    if (end - at > 16 || ByteText.endOfHex(bytes, at, end) != end) {
      return line.broken("the address is no hexadecimal number");
    }
    line.address = ByteText.hex(bytes, at, end);
    if (line.address < 0) {
      return line.skipped(SkipReason.KERNEL_ADDRESS);
    }
    line.head.read(bytes, from, name);
    readInstruction(bytes, end, to);
    return Outcome.FAULT;
  }

  /// Finds the instruction's address behind the touched one, or behind its symbol and object.
  private void readInstruction(byte[] bytes, int from, int to) {
    line.kinds = AccessBatch.READ;
    line.flags = AccessBatch.KIND_UNKNOWN;
    int at = ByteText.skipSpaces(bytes, from, to);
    while (at < to) {
      int end = ByteText.endOfWord(bytes, at, to);
      if (end - at >= 4 && end - at <= 16 && ByteText.endOfHex(bytes, at, end) == end) {
        long instruction = ByteText.hex(bytes, at, end);
        if (instruction < 0) {
          line.flags |= AccessBatch.KERNEL;
        } else {
          line.ip = instruction;
        }
        if (instruction == line.address) {
          line.kinds = AccessBatch.READ | AccessBatch.EXECUTE;
          line.flags = 0;
        }
        return;
      }
      at = ByteText.skipSpaces(bytes, end, to);
    }
  }
}
