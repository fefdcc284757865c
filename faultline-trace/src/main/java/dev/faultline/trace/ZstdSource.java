package dev.faultline.trace;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.IOException;

/// A zstd file (RFC 8878) of any number of frames, skippable ones included.
final class ZstdSource implements ByteSource {
  private final RawInput raw;
  private final ZstdInputStream in;
  private boolean ended;

  ZstdSource(RawInput raw) {
    this.raw = raw;
    this.in = new ZstdInputStream(new ZstdFrames(raw));
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    try {
      int got = in.read(into, offset, length);
      ended = got < 0;
      return got;
    } catch (DamagedInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (raw.failed() && e instanceof IOException) {
        throw e;
      }
      throw new DamagedInputException(
          false, raw.offset(), "the zstd data are corrupt: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } catch (RuntimeException e) {
      throw new IOException("the zstd stream cannot be closed", e);
    }
  }
}
