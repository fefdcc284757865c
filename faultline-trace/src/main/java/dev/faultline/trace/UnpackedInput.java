package dev.faultline.trace;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file opened for reading its unpacked bytes: finds out how it is packed.
///
/// @param raw the stored bytes
/// @param source the unpacked bytes; closing it closes the file
/// @param compression how they are packed
record UnpackedInput(RawInput raw, ByteSource source, Compression compression) {
  private static final int MAGIC_BYTES = 8;

  /// Looks at the first bytes of an input and sets up the unpacking.
  ///
  /// @throws TraceException if it is empty, unreadable, or packed in a way not known; it is closed
  ///   then
  static UnpackedInput of(RawInput raw) throws TraceException {
    try {
      int peeked = raw.peek(MAGIC_BYTES);
      if (peeked == 0) {
        throw problem(raw.name, "is empty", null);
      }
      if (GzipSource.hasMagic(raw.buffer, peeked)) {
        return new UnpackedInput(raw, new GzipSource(raw), Compression.GZIP);
      }
      if (ZstdFrames.hasMagic(raw.buffer, peeked)) {
        return new UnpackedInput(raw, new ZstdSource(raw), Compression.ZSTD);
      }
      String packing = FormatSniffer.unknownPacking(raw.buffer, peeked);
      if (packing != null) {
        throw problem(
            raw.name, "is packed with " + packing + "; plain, gzip and zstd can be read", null);
      }
      return new UnpackedInput(raw, new PlainSource(raw), Compression.PLAIN);
    } catch (TraceException e) {
      closeAfter(raw, e);
      throw e;
    } catch (IOException e) {
      TraceException problem = problem(raw.name, "cannot be read: " + e.getMessage(), e);
      closeAfter(raw, problem);
      throw problem;
    }
  }

  private static void closeAfter(RawInput raw, TraceException problem) {
    try {
      raw.close();
    } catch (IOException e) {
      problem.addSuppressed(e);
    }
  }

  static TraceException problem(String name, String text, @Nullable Throwable cause) {
    return new TraceException(name, TraceException.UNKNOWN, TraceException.UNKNOWN, text, cause);
  }
}
