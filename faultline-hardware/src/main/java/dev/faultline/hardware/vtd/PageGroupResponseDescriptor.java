package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageRequestDescriptor.GROUP_INDEX_MAX;
import static dev.faultline.hardware.vtd.PageRequestDescriptor.WORD;

import dev.faultline.hardware.RecordField;
import dev.faultline.hardware.RecordFormat;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The 32-byte page group response descriptor that software puts into the invalidation queue (Intel
/// VT-d specification rev 5.10, 7.7.1 and 6.5.2). Format name `vtd.page_grp_resp_dsc`.
///
/// ```
///          63       52 51               32 31          16 15  12 11   9 8   6  5  4 3    0
/// word 0  | reserved  |      PASID        | requester id  | code |  0   | res |D |V| type |
///          63                                     12 11        3  2 1   0
/// word 1  |                reserved                 | group index |L| res |
/// word 2  |                reserved; private data when D                  |
/// word 3  |                reserved; private data when D                  |
/// ```
///
/// `V` PASID present, `D` private data present (older revisions only), `L` ignored by hardware;
/// written as 1, as Linux does. The code is the PCI Express one: 0 success, 1 invalid request, 15
/// response failure.
///
/// Static methods over a segment and a byte offset that is a multiple of 8; no call allocates.
public final class PageGroupResponseDescriptor {
  /// Length of a descriptor in bytes.
  public static final int RECORD_BYTES = 32;

  /// The descriptor type of a page group response.
  public static final int TYPE_PAGE_GROUP_RESPONSE = 9;

  /// Wire code: all pages are there.
  public static final int CODE_SUCCESS = 0;

  /// Wire code: at least one page is bad.
  public static final int CODE_INVALID_REQUEST = 1;

  /// Wire code: the device's page request interface is to stop.
  public static final int CODE_RESPONSE_FAILURE = 15;

  // Absolute bits, each derived from the field before it.
  private static final int TYPE = 0;
  private static final int TYPE_BITS = 4;
  private static final int PASID_PRESENT = TYPE + TYPE_BITS;
  private static final int PRIVATE_DATA_PRESENT = PASID_PRESENT + 1;
  private static final int RESERVED_0_BITS = 6;
  private static final int CODE = PRIVATE_DATA_PRESENT + 1 + RESERVED_0_BITS;
  private static final int CODE_BITS = 4;
  private static final int REQUESTER_ID = CODE + CODE_BITS;
  private static final int REQUESTER_ID_BITS = 16;
  private static final int PASID = REQUESTER_ID + REQUESTER_ID_BITS;
  private static final int RESERVED_1_BITS = 12;
  private static final int RESERVED_2_BITS = 2;
  private static final int LAST = PASID + Pasid.BITS + RESERVED_1_BITS + RESERVED_2_BITS;
  private static final int GROUP_INDEX = LAST + 1;
  private static final int GROUP_INDEX_BITS = 9;
  private static final int RESERVED_3_BITS = 52;
  private static final int PRIVATE_0 = GROUP_INDEX + GROUP_INDEX_BITS + RESERVED_3_BITS;
  private static final int PRIVATE_1 = PRIVATE_0 + Long.SIZE;
  private static final int END = PRIVATE_1 + Long.SIZE;

  static {
    if (END != RECORD_BYTES * Byte.SIZE) {
      throw new AssertionError("page group response descriptor layout: " + END + " bits");
    }
  }

  private static final long TYPE_MASK = (1L << TYPE_BITS) - 1;

  /// Bits 11:9 hold bits 6:4 of the type: a descriptor of another type has them set.
  private static final long TYPE_HIGH_MASK = 7L << 9;

  private static final long PASID_PRESENT_FLAG = 1L << PASID_PRESENT;
  private static final long PRIVATE_DATA_FLAG = 1L << PRIVATE_DATA_PRESENT;
  private static final int CODE_MASK = (1 << CODE_BITS) - 1;
  private static final long REQUESTER_ID_MASK = (1L << REQUESTER_ID_BITS) - 1;
  private static final long LAST_FLAG = 1L << (LAST - Long.SIZE);
  private static final int GROUP_INDEX_SHIFT = GROUP_INDEX - Long.SIZE;
  private static final int WORD_1 = Long.BYTES;
  private static final int WORD_2 = 2 * Long.BYTES;
  private static final int WORD_3 = 3 * Long.BYTES;

  /// The descriptor as a table of fields, for text and explanations.
  public static final RecordFormat FORMAT =
      new RecordFormat(
          "vtd.page_grp_resp_dsc",
          RECORD_BYTES,
          List.of(
              RecordField.number("type", TYPE, TYPE_BITS),
              RecordField.flag("pasid_present", PASID_PRESENT),
              RecordField.flag("private_data_present", PRIVATE_DATA_PRESENT),
              RecordField.number("response_code", CODE, CODE_BITS),
              RecordField.number("rid", REQUESTER_ID, REQUESTER_ID_BITS),
              RecordField.number("pasid", PASID, Pasid.BITS),
              RecordField.flag("lpig_or_ignored", LAST),
              RecordField.number("prgi", GROUP_INDEX, GROUP_INDEX_BITS),
              RecordField.hex("qw2", PRIVATE_0, Long.SIZE),
              RecordField.hex("qw3", PRIVATE_1, Long.SIZE)));

  private PageGroupResponseDescriptor() {}

  /// Returns the wire code of an answer. FAILURE is 15: Linux sends its own number 2 there, which a
  /// device happens to treat alike.
  public static int wireCode(ResponseCode code) {
    return switch (code) {
      case SUCCESS -> CODE_SUCCESS;
      case INVALID -> CODE_INVALID_REQUEST;
      case FAILURE -> CODE_RESPONSE_FAILURE;
    };
  }

  /// Returns what a device makes of a wire code: every unused code is a failure.
  public static ResponseCode responseCode(int wireCode) {
    return switch (wireCode) {
      case CODE_SUCCESS -> ResponseCode.SUCCESS;
      case CODE_INVALID_REQUEST -> ResponseCode.INVALID;
      default -> ResponseCode.FAILURE;
    };
  }

  /// Writes a page group response; reserved bits are written as zero.
  ///
  /// @param requesterId PCI requester id of the request, 16 bits
  /// @param pasid the request's PASID, or [Pasid#NONE] if it had none
  /// @param groupIndex the request's group index, 9 bits
  /// @param wireCode PCI Express response code, 4 bits
  public static void encode(
      MemorySegment memory, long offset, int requesterId, int pasid, int groupIndex, int wireCode) {
    long word0 =
        TYPE_PAGE_GROUP_RESPONSE
            | (long) (wireCode & CODE_MASK) << CODE
            | (requesterId & REQUESTER_ID_MASK) << REQUESTER_ID;
    if (pasid != Pasid.NONE) {
      word0 |= PASID_PRESENT_FLAG | (long) (pasid & Pasid.MAX) << PASID;
    }
    memory.set(WORD, offset, word0);
    memory.set(
        WORD,
        offset + WORD_1,
        LAST_FLAG | (long) (groupIndex & GROUP_INDEX_MAX) << GROUP_INDEX_SHIFT);
    memory.set(WORD, offset + WORD_2, 0);
    memory.set(WORD, offset + WORD_3, 0);
  }

  /// Adds private data to a written descriptor, for layouts before revision 5.
  public static void putPrivateData(MemorySegment memory, long offset, long data0, long data1) {
    memory.set(WORD, offset, memory.get(WORD, offset) | PRIVATE_DATA_FLAG);
    memory.set(WORD, offset + WORD_2, data0);
    memory.set(WORD, offset + WORD_3, data1);
  }

  /// Returns whether the descriptor is a page group response at all.
  public static boolean isPageGroupResponse(MemorySegment memory, long offset) {
    return (memory.get(WORD, offset) & (TYPE_MASK | TYPE_HIGH_MASK)) == TYPE_PAGE_GROUP_RESPONSE;
  }

  /// Returns the PCI Express response code as it stands on the wire, 0 to 15.
  public static int code(MemorySegment memory, long offset) {
    return (int) (memory.get(WORD, offset) >>> CODE) & CODE_MASK;
  }

  /// Returns the requester id.
  public static int requesterId(MemorySegment memory, long offset) {
    return (int) (memory.get(WORD, offset) >>> REQUESTER_ID & REQUESTER_ID_MASK);
  }

  /// Returns the PASID, or [Pasid#NONE] if none is present.
  public static int pasid(MemorySegment memory, long offset) {
    long word0 = memory.get(WORD, offset);
    return (word0 & PASID_PRESENT_FLAG) != 0 ? (int) (word0 >>> PASID) & Pasid.MAX : Pasid.NONE;
  }

  /// Returns the page request group index.
  public static int groupIndex(MemorySegment memory, long offset) {
    return (int) (memory.get(WORD, offset + WORD_1) >>> GROUP_INDEX_SHIFT) & GROUP_INDEX_MAX;
  }

  /// Returns whether the descriptor carries private data (layouts before revision 5).
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
}
