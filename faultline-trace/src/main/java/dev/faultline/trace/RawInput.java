package dev.faultline.trace;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The bytes of a file or pipe as they are stored, with a count of those handed on.
///
/// One thread reads; [#handedOn()] may be asked from any thread.
final class RawInput extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  /// The size of what is not a regular file.
  static final long UNKNOWN_SIZE = -1;

  final String name;
  final long size;
  private final InputStream in;

  /// Stored bytes; those from [#position] to [#limit] are not handed on yet.
  final byte[] buffer = new byte[BUFFER_BYTES];

  int position;
  int limit;
  private long bufferStart;
  private boolean atEnd;
  private boolean failed;
  private final boolean owned;
  private volatile long handedOn;

  RawInput(InputStream in, String name, long size) {
    this(in, name, size, true);
  }

  private RawInput(InputStream in, String name, long size, boolean owned) {
    this.in = in;
    this.owned = owned;
    this.name = name;
    this.size = size;
  }

  /// Opens a file, or standard input for `-`.
  static RawInput open(Path path) throws TraceException {
    if (path.toString().equals("-")) {
      return new RawInput(System.in, "standard input", UNKNOWN_SIZE, false);
    }
    String name = path.toString();
    try {
      if (Files.isDirectory(path)) {
        throw problem(name, "is a directory; a file is needed", null);
      }
      long size = Files.isRegularFile(path) ? Files.size(path) : UNKNOWN_SIZE;
      return new RawInput(new FileInputStream(path.toFile()), name, size > 0 ? size : UNKNOWN_SIZE);
    } catch (TraceException e) {
      throw e;
    } catch (IOException | SecurityException | UnsupportedOperationException e) {
      throw problem(name, reasonNotOpened(path, e), e);
    }
  }

  private static String reasonNotOpened(Path path, Exception cause) {
    if (cause instanceof NoSuchFileException || !Files.exists(path)) {
      return "no such file";
    }
    if (cause instanceof AccessDeniedException || !Files.isReadable(path)) {
      return "may not be read by this user; check its permissions";
    }
    return "cannot be opened: " + cause.getMessage();
  }

  private static TraceException problem(String name, String text, @Nullable Exception cause) {
    return new TraceException(name, TraceException.UNKNOWN, TraceException.UNKNOWN, text, cause);
  }

  /// Makes sure that there are unread bytes in the buffer; `false` at the end.
  boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    bufferStart += limit;
    position = 0;
    limit = 0;
    return more();
  }

  /// Reads until the buffer holds `wanted` unread bytes or the input ends, without handing on any.
  int peek(int wanted) throws IOException {
    while (limit < wanted && more()) {
      // more() has moved limit
    }
    return limit - position;
  }

  private boolean more() throws IOException {
    if (atEnd) {
      return false;
    }
    int got;
    try {
      got = in.read(buffer, limit, buffer.length - limit);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
    if (got <= 0) {
      atEnd = true;
      return false;
    }
    limit += got;
    return true;
  }

  /// The offset in the stored file of the next byte to hand on.
  long offset() {
    return bufferStart + position;
  }

  /// Whether all of the input was handed on and the end was seen.
  boolean exhausted() {
    return atEnd && position == limit;
  }

  /// Whether reading failed, as opposed to the bytes being bad.
  boolean failed() {
    return failed;
  }

  /// How many stored bytes were handed on, as of the last large step.
  long handedOn() {
    return handedOn;
  }

  /// Publishes the position for [#handedOn()].
  void publish() {
    handedOn = offset();
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int got = Math.min(length, limit - position);
    System.arraycopy(buffer, position, into, offset, got);
    position += got;
    publish();
    return got;
  }

  @Override
  public void close() throws IOException {
    if (owned) {
      in.close();
    }
  }
}
