package dev.faultline.trace;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A trace or maps file cannot be read: the message says where, what, and what would be right.
public final class TraceException extends IOException {
  private static final long serialVersionUID = 1L;

  /// The value of [#line()] and [#offset()] when there is none.
  public static final long UNKNOWN = -1;

  private final String file;
  private final long line;
  private final long offset;

  /// Makes an exception whose message is `file:line: problem`.
  ///
  /// @param file the file as the user named it
  /// @param line line number from 1, or [#UNKNOWN]
  /// @param offset byte offset in the file (as stored, so packed bytes of a packed file), or
  ///   [#UNKNOWN]
  /// @param problem what is wrong and what would be right
  public TraceException(
      String file, long line, long offset, String problem, @Nullable Throwable cause) {
    super(file + (line > 0 ? ":" + line : "") + ": " + problem, cause);
    this.file = file;
    this.line = line;
    this.offset = offset;
  }

  /// The file as the user named it; `standard input` for `-`.
  public String file() {
    return file;
  }

  /// The line number from 1, or [#UNKNOWN].
  public long line() {
    return line;
  }

  /// The byte offset in the stored file, or [#UNKNOWN].
  public long offset() {
    return offset;
  }
}
