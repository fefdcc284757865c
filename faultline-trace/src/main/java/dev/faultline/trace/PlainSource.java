package dev.faultline.trace;

import java.io.IOException;

/// A file that is not packed.
final class PlainSource implements ByteSource {
  private final RawInput raw;

  PlainSource(RawInput raw) {
    this.raw = raw;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return raw.read(into, offset, length);
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
