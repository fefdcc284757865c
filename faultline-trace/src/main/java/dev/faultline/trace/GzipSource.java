package dev.faultline.trace;

import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// A gzip file (RFC 1952) of any number of members, each checked against its length and CRC.
///
/// The JDK's stream is not used since it hides where in the file it is, and takes a damaged second
/// member for the end.
final class GzipSource implements ByteSource {
  private static final int HEADER_CRC = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xe0;

  private final RawInput raw;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private long memberLength;
  private boolean inMember;

  GzipSource(RawInput raw) {
    this.raw = raw;
  }

  static boolean hasMagic(byte[] bytes, int length) {
    return length >= 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (true) {
      if (!inMember) {
        if (!nextMember()) {
          return -1;
        }
        inMember = true;
      }
      int got = inflate(into, offset, length);
      if (got > 0) {
        crc.update(into, offset, got);
        memberLength += got;
        raw.publish();
        return got;
      }
      if (inflater.finished()) {
        endMember();
      }
    }
  }

  /// Unpacks into the array; 0 only if the member is finished or input was added.
  private int inflate(byte[] into, int offset, int length) throws IOException {
    if (inflater.needsInput() && !inflater.finished()) {
      if (!raw.fill()) {
        throw cutOff("in the middle of the packed data");
      }
      inflater.setInput(raw.buffer, raw.position, raw.limit - raw.position);
    }
    try {
      int got = inflater.inflate(into, offset, length);
      raw.position = raw.limit - inflater.getRemaining();
      if (got == 0 && inflater.needsDictionary()) {
        throw corrupt("they ask for a preset dictionary, which gzip has not", null);
      }
      return got;
    } catch (DataFormatException e) {
      throw corrupt(e.getMessage() == null ? "they cannot be unpacked" : e.getMessage(), e);
    }
  }

  private void endMember() throws IOException {
    long storedCrc = littleEndian32();
    long storedLength = littleEndian32();
    if (storedCrc != crc.getValue()) {
      throw corrupt("CRC is %08x, the file says %08x".formatted(crc.getValue(), storedCrc), null);
    }
    if (storedLength != (memberLength & 0xffff_ffffL)) {
      throw corrupt("unpacked length is " + memberLength + ", the file says " + storedLength, null);
    }
    inMember = false;
    inflater.reset();
    crc.reset();
    memberLength = 0;
  }

  /// Reads the header of the next member; `false` at the end of the file, padding zeros included.
  private boolean nextMember() throws IOException {
    boolean padding = false;
    int first = raw.read();
    while (first == 0) {
      padding = true;
      first = raw.read();
    }
    if (first < 0) {
      raw.publish();
      return false;
    }
    if (padding || first != 0x1f || octet() != 0x8b) {
      throw corrupt("bytes that are not gzip follow the end of the packed data", null);
    }
    if (octet() != 8) {
      throw corrupt("unknown packing method", null);
    }
    int flags = octet();
    if ((flags & RESERVED) != 0) {
      throw corrupt("reserved header flags are set", null);
    }
    skip(6);
    if ((flags & EXTRA) != 0) {
      int low = octet();
      skip(low | (octet() << 8));
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
    return true;
  }

  private int octet() throws IOException {
    int value = raw.read();
    if (value < 0) {
      throw cutOff("in a header or trailer");
    }
    return value;
  }

  private long littleEndian32() throws IOException {
    long value = octet();
    value |= (long) octet() << 8;
    value |= (long) octet() << 16;
    return value | (long) octet() << 24;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      octet();
    }
  }

  private void skipText() throws IOException {
    while (octet() != 0) {
      // a header text ends with a zero byte
    }
  }

  private DamagedInputException cutOff(String where) {
    return new DamagedInputException(true, raw.offset(), "the gzip data end early, " + where, null);
  }

  private DamagedInputException corrupt(String what, @Nullable Throwable cause) {
    return new DamagedInputException(
        false, raw.offset(), "the gzip data are corrupt: " + what, cause);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    raw.close();
  }
}
