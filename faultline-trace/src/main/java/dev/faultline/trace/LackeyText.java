package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import java.util.ArrayList;
import java.util.List;

/// Reads what stands between the accesses of a lackey trace.
///
/// `==pid==`, `--pid--` and `**pid**` lines are valgrind's own; the banner among them gives process
/// id and command. `SB` lines come from `--trace-superblocks=yes`.
///
/// Whether the rest can be output of the traced program depends on how the trace was taken, and the
/// banner tells: with `--log-file` it has a line `Parent PID`, and then nobody else writes to the
/// file; without, the trace went to standard error together with the program's own words. So in a
/// trace with a banner that lacks that line, odd lines are program output, unless they look like a
/// damaged access; an access that got appended to an unfinished line of output is taken out of it.
/// In any other trace an odd line is broken.
final class LackeyText {
  private static final byte[] BANNER = ascii("Lackey, an example Valgrind tool");
  private static final byte[] COMMAND = ascii("Command: ");
  private static final byte[] PARENT = ascii("Parent PID: ");
  private static final byte[] SUPERBLOCK = ascii("SB ");
  private static final int JOINED_HEX_DIGITS = 8;

  private final LineTally tally;
  private final List<TraceThread> threads = new ArrayList<>();
  private final List<TraceProcess> processes = new ArrayList<>();
  private boolean bannerSeen;
  private boolean logFile;
  private boolean bannerSinceThread;
  private int pid = -1;
  private String command = "";
  private int joinedAccess;

  LackeyText(LineTally tally) {
    this.tally = tally;
  }

  List<TraceThread> threads() {
    return threads;
  }

  List<TraceProcess> processes() {
    return processes;
  }

  /// The thread of the next access; a new one after a banner of another process.
  int currentThread() {
    if (threads.isEmpty() || (bannerSinceThread && pid != threads.getLast().pid())) {
      int index = threads.size();
      threads.add(new TraceThread(index, pid, pid, index, command));
      processes.add(new TraceProcess(index, pid, command, TraceProcess.Origin.STATED));
    }
    bannerSinceThread = false;
    return threads.size() - 1;
  }

  /// After [#read] returned `true`: where in the line the access begins.
  int joinedAccess() {
    return joinedAccess;
  }

  /// Reads and counts a line that does not begin with a sound access.
  ///
  /// @return whether an access stands at the end of the line, to be read and counted by the caller
  /// @throws TraceException if the line is broken, unless lenient
  boolean read(byte[] bytes, int from, int to) throws TraceException {
    int end = ByteText.trimEnd(bytes, from, to);
    if (end == from) {
      tally.skip(SkipReason.BLANK);
      return false;
    }
    int message = valgrindMessage(bytes, from, end);
    if (message >= 0) {
      noteMessage(bytes, from, message, end);
      tally.skip(SkipReason.TOOL_MESSAGE);
      return false;
    }
    if (ByteText.startsWith(bytes, from, end, SUPERBLOCK)
        && ByteText.endOfHex(bytes, from + SUPERBLOCK.length, end) == end) {
      tally.skip(SkipReason.OTHER_EVENT);
      return false;
    }
    boolean mixed = bannerSeen && !logFile;
    if (mixed && findJoined(bytes, from, end)) {
      return true;
    }
    if (mixed && !resemblesAccess(bytes, from, end)) {
      tally.skip(SkipReason.PROGRAM_OUTPUT);
      return false;
    }
    tally.broken(bytes, from, to, "not a line of a lackey trace", LackeyParser.EXPECTED);
    return false;
  }

  /// Where the text of a valgrind message begins, or -1 if the line is none.
  ///
  /// The mark is `==5753==`, `--5753--` or `**5753**`, with `00:00:00:00.025 ` before the process
  /// id under `--time-stamp=yes`.
  static int valgrindMessage(byte[] bytes, int from, int to) {
    if (to - from < 5) {
      return -1;
    }
    byte mark = bytes[from];
    if ((mark != '=' && mark != '-' && mark != '*') || bytes[from + 1] != mark) {
      return -1;
    }
    int at = from + 2;
    while (at < to && isStampOrPid(bytes[at])) {
      at++;
    }
    boolean closed = at > from + 2 && at + 1 < to && bytes[at] == mark && bytes[at + 1] == mark;
    return closed ? at + 2 : -1;
  }

  private static boolean isStampOrPid(byte character) {
    return ByteText.isDigit(character) || character == ':' || character == '.' || character == ' ';
  }

  /// Whether a valgrind message says that lackey is running.
  static boolean isBanner(byte[] bytes, int from, int to) {
    int message = valgrindMessage(bytes, from, to);
    return message >= 0 && ByteText.indexOf(bytes, message, to, BANNER) >= 0;
  }

  private void noteMessage(byte[] bytes, int from, int message, int to) {
    int text = ByteText.skipSpaces(bytes, message, to);
    if (ByteText.startsWith(bytes, text, to, BANNER)) {
      bannerSeen = true;
      bannerSinceThread = true;
      logFile = false;
      int pidEnd = message - 2;
      long value = ByteText.decimal(bytes, startOfPid(bytes, from + 2, pidEnd), pidEnd);
      pid = value <= Integer.MAX_VALUE ? (int) value : -1;
    } else if (ByteText.startsWith(bytes, text, to, COMMAND)) {
      command = programName(bytes, text + COMMAND.length, to);
    } else if (ByteText.startsWith(bytes, text, to, PARENT)) {
      logFile = true;
    }
  }

  private static int startOfPid(byte[] bytes, int from, int to) {
    int start = to;
    while (start > from && ByteText.isDigit(bytes[start - 1])) {
      start--;
    }
    return start;
  }

  /// The last path element of a command's first word.
  private static String programName(byte[] bytes, int from, int to) {
    String program = ByteText.name(bytes, from, ByteText.endOfWord(bytes, from, to));
    return program.substring(program.lastIndexOf('/') + 1);
  }

  /// Finds an access at the end of a line of output, from its last character backwards.
  private boolean findJoined(byte[] bytes, int from, int to) {
    int size = to;
    while (size > from && ByteText.isDigit(bytes[size - 1])) {
      size--;
    }
    if (size == to || size == from || bytes[size - 1] != ',') {
      return false;
    }
    int comma = size - 1;
    int address = comma;
    while (address > from && ByteText.hexDigit(bytes[address - 1]) >= 0) {
      address--;
    }
    int head = address - 3;
    if (comma - address < JOINED_HEX_DIGITS || head <= from || bytes[address - 1] != ' ') {
      return false;
    }
    boolean instruction = bytes[head] == 'I' && bytes[head + 1] == ' ';
    boolean data = bytes[head] == ' ' && isDataLetter(bytes[head + 1]);
    if ((!instruction && !data) || (ByteText.decimal(bytes, size, to) - 1) >>> 16 != 0) {
      return false;
    }
    joinedAccess = head;
    return comma - address <= 16;
  }

  private static boolean isDataLetter(byte character) {
    return character == 'L' || character == 'S' || character == 'M';
  }

  /// Whether the line begins as an access does, or ends as one: `...0401ab70,3`.
  private static boolean resemblesAccess(byte[] bytes, int from, int to) {
    boolean instruction =
        bytes[from] == 'I' && to - from > 2 && bytes[from + 1] == ' ' && bytes[from + 2] == ' ';
    boolean data =
        bytes[from] == ' '
            && to - from > 1
            && isDataLetter(bytes[from + 1])
            && (to - from == 2 || bytes[from + 2] == ' ');
    if (instruction || data) {
      return true;
    }
    int comma = ByteText.find(bytes, from, to, ',');
    int word = ByteText.startOfWord(bytes, from, comma);
    return ByteText.isNumber(bytes, comma + 1, to)
        && comma - word >= JOINED_HEX_DIGITS
        && ByteText.endOfHex(bytes, word, comma) == comma;
  }
}
