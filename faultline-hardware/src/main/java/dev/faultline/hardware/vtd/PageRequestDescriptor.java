package dev.faultline.hardware.vtd;

import dev.faultline.hardware.RecordField;
import dev.faultline.hardware.RecordFormat;
import dev.faultline.hardware.RecordKind;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// The 32-byte page request descriptor that the IOMMU writes into the page request queue (Intel
/// VT-d specification rev 5.10, 7.4). Format name `vtd.page_req_dsc`.
///
/// ```
///          63        54 53 52 51               32 31          16 15     10  9  8 7      0
/// word 0  |  reserved  |P |X |      PASID        |  requester id | reserved |D |V|  type  |
///          63                                                  12 11        3  2  1  0
/// word 1  |                   page address 63:12                | group index |L |W |R |
/// word 2  |                  reserved; private data when D                              |
/// word 3  |                  reserved; private data when D                              |
/// ```
///
/// `V` PASID present, `D` private data present (older revisions only, reserved today), `P`
/// supervisor privilege, `X` execute, `L` last page in group, `W` write, `R` read. Words are
/// little-endian.
///
/// Static methods over a segment and a byte offset that is a multiple of 8; no call allocates.
public final class PageRequestDescriptor {
  /// Length of a descriptor in bytes.
  public static final int RECORD_BYTES = 32;

  /// The descriptor type of a page request.
  public static final int TYPE_PAGE_REQUEST = 1;

  /// Largest page request group index: 9 bits on PCI.
  public static final int GROUP_INDEX_MAX = 0x1ff;

  static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  // Absolute bits, each derived from the field before it.
  private static final int TYPE = 0;
  private static final int TYPE_BITS = 8;
  private static final int PASID_PRESENT = TYPE + TYPE_BITS;
  private static final int PRIVATE_DATA_PRESENT = PASID_PRESENT + 1;
  private static final int RESERVED_0_BITS = 6;
  private static final int REQUESTER_ID = PRIVATE_DATA_PRESENT + 1 + RESERVED_0_BITS;
  private static final int REQUESTER_ID_BITS = 16;
  private static final int PASID = REQUESTER_ID + REQUESTER_ID_BITS;
  private static final int EXECUTE = PASID + Pasid.BITS;
  private static final int PRIVILEGED = EXECUTE + 1;
  private static final int RESERVED_1_BITS = 10;
  private static final int READ = PRIVILEGED + 1 + RESERVED_1_BITS;
  private static final int WRITE = READ + 1;
  private static final int LAST = WRITE + 1;
  private static final int GROUP_INDEX = LAST + 1;
  private static final int GROUP_INDEX_BITS = 9;
  private static final int ADDRESS = GROUP_INDEX + GROUP_INDEX_BITS;
  private static final int ADDRESS_BITS = 52;
  private static final int PRIVATE_0 = ADDRESS + ADDRESS_BITS;
  private static final int PRIVATE_1 = PRIVATE_0 + Long.SIZE;
  private static final int END = PRIVATE_1 + Long.SIZE;

  static {
    if (END != RECORD_BYTES * Byte.SIZE || READ != Long.SIZE) {
      throw new AssertionError("page request descriptor layout: " + END + " bits");
    }
  }

  // The same positions inside their 64-bit word.
  private static final long TYPE_MASK = (1L << TYPE_BITS) - 1;
  private static final long PASID_PRESENT_FLAG = 1L << PASID_PRESENT;
  private static final long PRIVATE_DATA_FLAG = 1L << PRIVATE_DATA_PRESENT;
  private static final long REQUESTER_ID_MASK = (1L << REQUESTER_ID_BITS) - 1;
  private static final long EXECUTE_FLAG = 1L << EXECUTE;
  private static final long PRIVILEGED_FLAG = 1L << PRIVILEGED;
  private static final long READ_FLAG = 1L << (READ - Long.SIZE);
  private static final long WRITE_FLAG = 1L << (WRITE - Long.SIZE);
  private static final long LAST_FLAG = 1L << (LAST - Long.SIZE);
  private static final int GROUP_INDEX_SHIFT = GROUP_INDEX - Long.SIZE;
  private static final long ADDRESS_MASK = -1L << (ADDRESS - Long.SIZE);
  private static final int WORD_1 = Long.BYTES;
  private static final int WORD_2 = 2 * Long.BYTES;
  private static final int WORD_3 = 3 * Long.BYTES;

  /// Width of a canonical address with five-level paging: the bits above repeat bit 56.
  private static final int CANONICAL_BITS = 57;

  private static final int CANONICAL_SHIFT = Long.SIZE - CANONICAL_BITS;

  /// The descriptor as a table of fields, for text and explanations.
  public static final RecordFormat FORMAT =
      new RecordFormat(
          "vtd.page_req_dsc",
          RECORD_BYTES,
          List.of(
              RecordField.number("type", TYPE, TYPE_BITS),
              RecordField.flag("pasid_present", PASID_PRESENT),
              RecordField.flag("private_data_present", PRIVATE_DATA_PRESENT),
              RecordField.number("rid", REQUESTER_ID, REQUESTER_ID_BITS),
              RecordField.number("pasid", PASID, Pasid.BITS),
              RecordField.flag("exec", EXECUTE),
              RecordField.flag("priv", PRIVILEGED),
              RecordField.flag("read", READ),
              RecordField.flag("write", WRITE),
              RecordField.flag("last", LAST),
              RecordField.number("prgi", GROUP_INDEX, GROUP_INDEX_BITS),
              RecordField.page("addr", ADDRESS, ADDRESS_BITS),
              RecordField.hex("qw2", PRIVATE_0, Long.SIZE),
              RecordField.hex("qw3", PRIVATE_1, Long.SIZE)));

  private PageRequestDescriptor() {}

  /// Writes a page request of the current layout; reserved bits are written as zero.
  ///
  /// @param requesterId PCI requester id, 16 bits
  /// @param pasid the PASID, or [Pasid#NONE]
  /// @param groupIndex page request group index, 9 bits
  /// @param address byte address; its low 12 bits do not travel
  /// @param access bits of [Access]; without a PASID execute and privileged do not travel
  /// @param last whether it is its group's last request
  public static void encode(
      MemorySegment memory,
      long offset,
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last) {
    long word0 = TYPE_PAGE_REQUEST | (requesterId & REQUESTER_ID_MASK) << REQUESTER_ID;
    if (pasid != Pasid.NONE) {
      word0 |= PASID_PRESENT_FLAG | (long) (pasid & Pasid.MAX) << PASID;
      word0 |= (access & Access.EXECUTE) != 0 ? EXECUTE_FLAG : 0;
      word0 |= (access & Access.PRIVILEGED) != 0 ? PRIVILEGED_FLAG : 0;
    }
    long word1 =
        (address & ADDRESS_MASK) | (long) (groupIndex & GROUP_INDEX_MAX) << GROUP_INDEX_SHIFT;
    word1 |= (access & Access.READ) != 0 ? READ_FLAG : 0;
    word1 |= (access & Access.WRITE) != 0 ? WRITE_FLAG : 0;
    word1 |= last ? LAST_FLAG : 0;
    memory.set(WORD, offset, word0);
    memory.set(WORD, offset + WORD_1, word1);
    memory.set(WORD, offset + WORD_2, 0);
    memory.set(WORD, offset + WORD_3, 0);
  }

  /// Adds the private data of the layout before revision 5 to a written descriptor.
  public static void putPrivateData(MemorySegment memory, long offset, long data0, long data1) {
    memory.set(WORD, offset, memory.get(WORD, offset) | PRIVATE_DATA_FLAG);
    memory.set(WORD, offset + WORD_2, data0);
    memory.set(WORD, offset + WORD_3, data1);
  }

  /// Returns what the record is. Never throws, whatever the bytes are.
  public static RecordKind kind(MemorySegment memory, long offset) {
    return kind(memory.get(WORD, offset), memory.get(WORD, offset + WORD_1));
  }

  /// Adds the record to `into` if it is a page request or a stop marker, and returns what it is.
  ///
  /// @param into a buffer that is not full
  /// @param raisedNs when the device raised the request, nanoseconds; 0 if unknown
  public static RecordKind decode(
      MemorySegment memory, long offset, PageRequestBuffer into, long raisedNs) {
    long word0 = memory.get(WORD, offset);
    long word1 = memory.get(WORD, offset + WORD_1);
    RecordKind kind = kind(word0, word1);
    if (kind == RecordKind.REQUEST || kind == RecordKind.STOP_MARKER) {
      boolean hasPrivateData = (word0 & PRIVATE_DATA_FLAG) != 0;
      into.add(
          requesterId(word0),
          pasid(word0),
          groupIndex(word1),
          word1 & ADDRESS_MASK,
          access(word0, word1),
          (word1 & LAST_FLAG) != 0,
          hasPrivateData ? memory.get(WORD, offset + WORD_2) : 0,
          hasPrivateData ? memory.get(WORD, offset + WORD_3) : 0,
          raisedNs);
    }
    return kind;
  }

  /// Returns why the record is malformed, or an empty text if it is not.
  public static String malformedReason(MemorySegment memory, long offset) {
    if (kind(memory, offset) != RecordKind.MALFORMED) {
      return "";
    }
    return "address 0x%x is not canonical".formatted(address(memory, offset));
  }

  /// Returns the descriptor type; [#TYPE_PAGE_REQUEST] for every page request.
  public static int type(MemorySegment memory, long offset) {
    return (int) (memory.get(WORD, offset) & TYPE_MASK);
  }

  /// Returns the requester id (bus 15:8, device 7:3, function 2:0).
  public static int requesterId(MemorySegment memory, long offset) {
    return requesterId(memory.get(WORD, offset));
  }

  /// Returns the PASID, or [Pasid#NONE] if none is present.
  public static int pasid(MemorySegment memory, long offset) {
    return pasid(memory.get(WORD, offset));
  }

  /// Returns the page request group index; undefined when neither read nor write is requested.
  public static int groupIndex(MemorySegment memory, long offset) {
    return groupIndex(memory.get(WORD, offset + WORD_1));
  }

  /// Returns the page's byte address.
  public static long address(MemorySegment memory, long offset) {
    return memory.get(WORD, offset + WORD_1) & ADDRESS_MASK;
  }

  /// Returns the permissions as bits of [Access]. Execute counts only beside a PASID and read,
  /// privileged only beside a PASID: elsewhere the bits have no meaning.
  public static int access(MemorySegment memory, long offset) {
    return access(memory.get(WORD, offset), memory.get(WORD, offset + WORD_1));
  }

  /// Returns whether the request is its group's last one.
  public static boolean isLast(MemorySegment memory, long offset) {
    return (memory.get(WORD, offset + WORD_1) & LAST_FLAG) != 0;
  }

  /// Returns whether the record carries private data (layouts before revision 5).
  public static boolean hasPrivateData(MemorySegment memory, long offset) {
    return (memory.get(WORD, offset) & PRIVATE_DATA_FLAG) != 0;
  }

  /// Returns the first 64 bits of the private data.
  public static long privateData0(MemorySegment memory, long offset) {
    return memory.get(WORD, offset + WORD_2);
  }

  /// Returns the second 64 bits of the private data.
  public static long privateData1(MemorySegment memory, long offset) {
    return memory.get(WORD, offset + WORD_3);
  }

  private static RecordKind kind(long word0, long word1) {
    if ((word0 & TYPE_MASK) != TYPE_PAGE_REQUEST) {
      return RecordKind.NON_FAULT;
    }
    if ((word0 & PASID_PRESENT_FLAG) != 0
        && (word1 & (READ_FLAG | WRITE_FLAG | LAST_FLAG)) == LAST_FLAG) {
      return RecordKind.STOP_MARKER;
    }
    long address = word1 & ADDRESS_MASK;
    return address << CANONICAL_SHIFT >> CANONICAL_SHIFT == address
        ? RecordKind.REQUEST
        : RecordKind.MALFORMED;
  }

  private static int requesterId(long word0) {
    return (int) (word0 >>> REQUESTER_ID & REQUESTER_ID_MASK);
  }

  private static int pasid(long word0) {
    return (word0 & PASID_PRESENT_FLAG) != 0 ? (int) (word0 >>> PASID) & Pasid.MAX : Pasid.NONE;
  }

  private static int groupIndex(long word1) {
    return (int) (word1 >>> GROUP_INDEX_SHIFT) & GROUP_INDEX_MAX;
  }

  private static int access(long word0, long word1) {
    int access = (word1 & READ_FLAG) != 0 ? Access.READ : Access.NONE;
    access |= (word1 & WRITE_FLAG) != 0 ? Access.WRITE : Access.NONE;
    if ((word0 & PASID_PRESENT_FLAG) != 0) {
      access |=
          (word0 & EXECUTE_FLAG) != 0 && (word1 & READ_FLAG) != 0 ? Access.EXECUTE : Access.NONE;
      access |= (word0 & PRIVILEGED_FLAG) != 0 ? Access.PRIVILEGED : Access.NONE;
    }
    return access;
  }
}
