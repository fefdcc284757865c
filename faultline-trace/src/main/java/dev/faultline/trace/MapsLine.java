package dev.faultline.trace;

import java.nio.charset.StandardCharsets;

/// Parses one line of `/proc/PID/maps`.
final class MapsLine {
  private static final String FORM =
      "a line looks like \"00400000-00452000 r-xp 00000000 08:02 173521  /usr/bin/dbus-daemon\"";
  private static final int PAGE_MASK = 0xfff;
  private static final String[] NOT_ON_DISK = {
    "/memfd:", "/dev/zero", "/SYSV", "/anon_hugepage", "/[aio]", "/i915", "/dev/dri/"
  };

  private byte[] bytes = new byte[0];
  private int at;
  private int end;

  /// Parses a line without its end.
  ///
  /// @throws BadLineException saying what is wrong and what would be right
  Area parse(byte[] text, int from, int to) throws BadLineException {
    bytes = text;
    at = from;
    end = to;
    long start = hexBefore('-', "start address");
    long endExclusive = hexBefore(' ', "end address");
    if (Long.compareUnsigned(start, endExclusive) >= 0) {
      throw bad("area %08x-%08x is empty or ends before it starts".formatted(start, endExclusive));
    }
    if (((start | endExclusive) & PAGE_MASK) != 0) {
      throw bad("area %08x-%08x is not in whole pages of 4096".formatted(start, endExclusive));
    }
    String rights = word("permissions");
    if (!rights.matches("[r-][w-][x-][sp]")) {
      throw bad("permissions are \"" + rights + "\", not four of r w x and s or p, as in \"rw-p\"");
    }
    long offset = hexBefore(' ', "offset");
    String device = word("device");
    if (!device.matches("[0-9a-fA-F]+:[0-9a-fA-F]+")) {
      throw bad("device is \"" + device + "\", not MAJOR:MINOR in hexadecimal");
    }
    String inode = word("inode");
    if (!inode.matches("[0-9]+")) {
      throw bad("inode is \"" + inode + "\", not a decimal number");
    }
    int pathFrom = ByteText.skipSpaces(bytes, at, end);
    String path =
        new String(bytes, pathFrom, end - pathFrom, StandardCharsets.UTF_8).replace("\\012", "\n");
    return new Area(
        start,
        endExclusive,
        rights.charAt(0) == 'r',
        rights.charAt(1) == 'w',
        rights.charAt(2) == 'x',
        rights.charAt(3) == 's',
        offset,
        path,
        isFile(path),
        path.equals("[stack]"));
  }

  /// Whether a path is a file in a file system, rather than memory that the kernel gave a name.
  private static boolean isFile(String path) {
    if (!path.startsWith("/")) {
      return false;
    }
    for (String prefix : NOT_ON_DISK) {
      if (path.startsWith(prefix)) {
        return false;
      }
    }
    return true;
  }

  private long hexBefore(char separator, String what) throws BadLineException {
    int from = separator == '-' ? at : ByteText.skipSpaces(bytes, at, end);
    int to = ByteText.endOfHex(bytes, from, end);
    if (to == from || to - from > 16 || to == end || bytes[to] != separator) {
      int shownTo = Math.max(ByteText.endOfWord(bytes, from, end), from);
      throw bad(
          what
              + " is \""
              + ByteText.excerpt(bytes, from, shownTo)
              + "\", not 1 to 16 hexadecimal digits"
              + (separator == '-' ? " and \"-\"" : ""));
    }
    at = to + 1;
    return ByteText.hex(bytes, from, to);
  }

  private String word(String what) throws BadLineException {
    int from = ByteText.skipSpaces(bytes, at, end);
    int to = ByteText.endOfWord(bytes, from, end);
    if (from == to) {
      throw bad("the line ends before the " + what);
    }
    at = to;
    return ByteText.excerpt(bytes, from, to);
  }

  private static BadLineException bad(String problem) {
    return new BadLineException(problem + "; " + FORM);
  }

  /// A line is not as the kernel writes it.
  static final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    final String problem;

    BadLineException(String problem) {
      super(problem);
      this.problem = problem;
    }
  }
}
