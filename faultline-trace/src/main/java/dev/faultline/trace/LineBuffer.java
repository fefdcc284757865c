package dev.faultline.trace;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A window of whole lines over an unpacked trace.
///
/// Parsers read [#bytes] from [#position] to [#limit] where they lie and move the position on.
/// Every line in there ends with a line feed, the last line of the file included, so a parser that
/// stops at line feeds never leaves the window. Some bytes beyond the limit may be read (as
/// garbage), so that a few bytes can be loaded at once.
final class LineBuffer {
  private static final int FIRST_BYTES = 1 << 18;

  /// The longest line; anything longer is no trace line.
  static final int MAX_LINE_BYTES = 1 << 20;

  static final String TOO_LONG = "a line of more than " + MAX_LINE_BYTES + " bytes";

  /// Readable bytes beyond the limit.
  private static final int SLACK = 8;

  private final ByteSource source;
  byte[] bytes = new byte[FIRST_BYTES + SLACK];
  int position;
  int limit;
  private int filled;
  private boolean atEnd;
  private boolean cutLine;
  private boolean dropping;
  private @Nullable IOException failure;

  LineBuffer(ByteSource source) {
    this.source = source;
  }

  /// Reads ahead until some bytes are there or the trace ends, for a first look at it.
  void preload(int wanted) {
    while (filled < wanted && !atEnd) {
      load();
    }
  }

  /// Brings in more lines once the window is read to its limit.
  ///
  /// @return whether there is a line; `false` at the end of the trace
  /// @throws DamagedInputException once all lines before the damage were read
  /// @throws IOException once all lines before the failure were read
  /// @throws LineTooLongException for a line of more than [#MAX_LINE_BYTES]; the next call goes on
  ///   behind it
  boolean refill() throws IOException {
    if (position < limit) {
      return true;
    }
    if (dropping) {
      dropLongLine();
    }
    filled -= position;
    System.arraycopy(bytes, position, bytes, 0, filled);
    position = 0;
    limit = 0;
    int searched = 0;
    while (true) {
      limit = endOfLastLine(searched);
      if (limit > 0) {
        return true;
      }
      searched = filled;
      if (atEnd) {
        return endOfTrace();
      }
      if (filled >= MAX_LINE_BYTES) {
        dropping = true;
        throw new LineTooLongException();
      }
      load();
    }
  }

  private int endOfLastLine(int from) {
    for (int i = filled; i > from; i--) {
      if (bytes[i - 1] == '\n') {
        return i;
      }
    }
    return 0;
  }

  private void load() {
    if (filled + SLACK == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * filled + SLACK);
    }
    try {
      int got = source.read(bytes, filled, bytes.length - SLACK - filled);
      if (got < 0) {
        atEnd = true;
      } else {
        filled += got;
      }
    } catch (IOException e) {
      failure = e;
      atEnd = true;
    }
  }

  /// Ends the last line, or reports why the trace ends here.
  private boolean endOfTrace() throws IOException {
    IOException reason = failure;
    if (reason != null) {
      failure = null;
      cutLine = filled > 0;
      filled = 0;
      throw reason;
    }
    if (filled == 0) {
      return false;
    }
    bytes[filled++] = '\n';
    limit = filled;
    return true;
  }

  /// Whether the damage that [#refill()] reported cut a line in two; its first part is dropped.
  boolean cutLine() {
    return cutLine;
  }

  /// Drops the rest of a line that was too long; what follows it stays.
  private void dropLongLine() {
    while (true) {
      int end = ByteText.find(bytes, 0, filled, '\n');
      if (end < filled) {
        dropping = false;
        position = end + 1;
        limit = position;
        return;
      }
      filled = 0;
      if (atEnd) {
        dropping = false;
        return;
      }
      load();
    }
  }

  /// A line is longer than [#MAX_LINE_BYTES].
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    LineTooLongException() {
      super(TOO_LONG);
    }
  }
}
