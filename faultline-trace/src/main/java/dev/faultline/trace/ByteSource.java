package dev.faultline.trace;

import java.io.Closeable;
import java.io.IOException;

/// The unpacked bytes of a file.
interface ByteSource extends Closeable {

  /// Reads up to `length` bytes, at least one, or returns -1 at the end.
  ///
  /// Bytes that precede a damaged place are delivered before the exception.
  ///
  /// @throws DamagedInputException if the stored data are cut off or corrupt
  /// @throws IOException if the file cannot be read
  int read(byte[] into, int offset, int length) throws IOException;
}
