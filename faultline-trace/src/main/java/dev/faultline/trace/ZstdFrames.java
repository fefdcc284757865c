package dev.faultline.trace;

import java.io.IOException;
import java.io.InputStream;

/// Passes the frames of a zstd file on to the unpacking library, block by block.
///
/// The library takes any bytes behind the last frame for a new one, does not know skippable frames
/// (RFC 8878, section 3.1.2; `pzstd` writes them), and says nothing useful when the input ends too
/// early. Following the block headers (section 3.1.1) settles all three: the library sees whole
/// frames only, so what it complains about is corrupt.
final class ZstdFrames extends InputStream {
  private static final int FRAME_MAGIC = 0xfd2f_b528;
  private static final int SKIPPABLE_MAGIC = 0x184d_2a50;
  private static final int SKIPPABLE_MASK = 0xffff_fff0;
  private static final int MAX_HELD = 18;
  private static final int[] DICTIONARY_ID_BYTES = {0, 1, 2, 4};
  private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};
  private static final int RLE_BLOCK = 1;
  private static final int RESERVED_BLOCK = 3;

  private enum Next {
    FRAME,
    BLOCK,
    CHECKSUM
  }

  private final RawInput raw;
  private final byte[] held = new byte[MAX_HELD];
  private int heldAt;
  private int heldTo;
  private int passing;
  private boolean hasChecksum;
  private Next next = Next.FRAME;

  ZstdFrames(RawInput raw) {
    this.raw = raw;
  }

  /// Whether the bytes begin with a frame or a skippable one.
  static boolean hasMagic(byte[] bytes, int length) {
    if (length < 4) {
      return false;
    }
    int magic =
        (bytes[0] & 0xff)
            | ((bytes[1] & 0xff) << 8)
            | ((bytes[2] & 0xff) << 16)
            | ((bytes[3] & 0xff) << 24);
    return magic == FRAME_MAGIC || (magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (true) {
      if (heldAt < heldTo) {
        int got = Math.min(length, heldTo - heldAt);
        System.arraycopy(held, heldAt, into, offset, got);
        heldAt += got;
        return got;
      }
      if (passing > 0) {
        int got = raw.read(into, offset, Math.min(length, passing));
        if (got < 0) {
          throw cutOff();
        }
        passing -= got;
        return got;
      }
      if (!advance()) {
        return -1;
      }
    }
  }

  private boolean advance() throws IOException {
    switch (next) {
      case FRAME -> {
        return beginFrame();
      }
      case BLOCK -> beginBlock();
      case CHECKSUM -> {
        passing = 4;
        next = Next.FRAME;
      }
    }
    return true;
  }

  /// Holds the header of the next frame, after dropping skippable ones; `false` at the end.
  private boolean beginFrame() throws IOException {
    while (true) {
      heldAt = 0;
      heldTo = 0;
      int first = raw.read();
      if (first < 0) {
        raw.publish();
        return false;
      }
      held[heldTo++] = (byte) first;
      int magic = first | (hold(3) << 8);
      if (magic == FRAME_MAGIC) {
        break;
      }
      if ((magic & SKIPPABLE_MASK) != SKIPPABLE_MAGIC) {
        throw corrupt("bytes that are not zstd follow the end of the packed data");
      }
      drop(Integer.toUnsignedLong(hold(4)));
    }
    int descriptor = hold(1);
    boolean singleSegment = (descriptor & 0x20) != 0;
    hasChecksum = (descriptor & 0x04) != 0;
    int contentSize = CONTENT_SIZE_BYTES[descriptor >>> 6];
    hold(
        (singleSegment ? 0 : 1)
            + DICTIONARY_ID_BYTES[descriptor & 3]
            + (singleSegment && contentSize == 0 ? 1 : contentSize));
    next = Next.BLOCK;
    return true;
  }

  private void beginBlock() throws IOException {
    heldAt = 0;
    heldTo = 0;
    int header = hold(3);
    boolean last = (header & 1) != 0;
    int type = (header >>> 1) & 3;
    if (type == RESERVED_BLOCK) {
      throw corrupt("a block has the reserved type");
    }
    passing = type == RLE_BLOCK ? 1 : header >>> 3;
    if (last) {
      next = hasChecksum ? Next.CHECKSUM : Next.FRAME;
    }
  }

  /// Reads some bytes, to be passed on later, and returns the value of up to four of them.
  private int hold(int bytes) throws IOException {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      int octet = raw.read();
      if (octet < 0) {
        throw cutOff();
      }
      held[heldTo++] = (byte) octet;
      value |= i < 4 ? octet << (8 * i) : 0;
    }
    return value;
  }

  private void drop(long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      if (!raw.fill()) {
        throw cutOff();
      }
      int step = (int) Math.min(left, raw.limit - raw.position);
      raw.position += step;
      left -= step;
    }
  }

  private DamagedInputException cutOff() {
    return new DamagedInputException(true, raw.offset(), "the zstd data end early", null);
  }

  private DamagedInputException corrupt(String what) {
    return new DamagedInputException(
        false, raw.offset(), "the zstd data are corrupt: " + what, null);
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
