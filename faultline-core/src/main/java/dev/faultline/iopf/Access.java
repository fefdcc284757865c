package dev.faultline.iopf;

/// The permissions that a page request asks for, as a bit set in an `int`.
///
/// The bits are the engine's own; each hardware format has its own places for them (PCI Express
/// base specification, chapter 10.4.1 "Page Request Message").
public final class Access {
  /// No permission bit: a request that asks for presence only (spec rule A2).
  public static final int NONE = 0;

  /// The device wants to read.
  public static final int READ = 1;

  /// The device wants to write.
  public static final int WRITE = 1 << 1;

  /// The device wants to fetch instructions.
  public static final int EXECUTE = 1 << 2;

  /// The device runs at the privileged level.
  public static final int PRIVILEGED = 1 << 3;

  /// All bits that have a meaning; any other bit makes a request malformed.
  public static final int ALL = READ | WRITE | EXECUTE | PRIVILEGED;

  private Access() {}

  /// Returns whether `access` holds known bits only.
  public static boolean isValid(int access) {
    return (access & ~ALL) == 0;
  }

  /// Returns the letters `rwxp` of the set bits in that order, `-` for none.
  public static String toText(int access) {
    if ((access & ALL) == 0) {
      return "-";
    }
    StringBuilder text = new StringBuilder(4);
    if ((access & READ) != 0) {
      text.append('r');
    }
    if ((access & WRITE) != 0) {
      text.append('w');
    }
    if ((access & EXECUTE) != 0) {
      text.append('x');
    }
    if ((access & PRIVILEGED) != 0) {
      text.append('p');
    }
    return text.toString();
  }

  /// Reads the letters `rwxp` in any order, or `-` for none.
  ///
  /// @throws IllegalArgumentException for an empty text or another letter, naming it
  public static int parse(String text) {
    if (text.equals("-")) {
      return NONE;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("permission is empty; expected letters of rwxp, or -");
    }
    int access = NONE;
    for (int i = 0; i < text.length(); i++) {
      access |=
          switch (text.charAt(i)) {
            case 'r' -> READ;
            case 'w' -> WRITE;
            case 'x' -> EXECUTE;
            case 'p' -> PRIVILEGED;
            default ->
                throw new IllegalArgumentException(
                    "permission '"
                        + text
                        + "' has the letter '"
                        + text.charAt(i)
                        + "'; expected letters of rwxp, or -");
          };
    }
    return access;
  }
}
