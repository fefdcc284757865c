package dev.faultline.hardware.vtd;

import dev.faultline.hardware.RecordField;
import dev.faultline.hardware.RecordFormat;
import java.util.List;

/// The page request registers (Intel VT-d specification rev 5.10, 11.4.11): where their fields are.
///
/// ```
/// PQH 0xC0  64 bit   18:5 head, a byte offset into the ring; software writes
/// PQT 0xC8  64 bit   18:5 tail, a byte offset into the ring; hardware writes
/// PQA 0xD0  64 bit   63:12 base address, 2:0 PQS: the ring has 2^(PQS+7) records of 32 bytes
/// PRS 0xDC  32 bit   bit 0 PPR pending, bit 1 PRO overflow; both write-1-to-clear
/// ```
public final class PageRequestRegisters {
  /// Register offset of the queue head.
  public static final int PQH = 0xC0;

  /// Register offset of the queue tail.
  public static final int PQT = 0xC8;

  /// Register offset of the queue address and size.
  public static final int PQA = 0xD0;

  /// Register offset of the page request status.
  public static final int PRS = 0xDC;

  /// Status bit: a page request has been written since software last cleared the bit.
  public static final int PRS_PENDING = 1;

  /// Status bit: a page request was lost; nothing is written until software clears the bit.
  public static final int PRS_OVERFLOW = 1 << 1;

  /// Records in the smallest ring that the size field can name.
  public static final int MIN_ENTRIES = 1 << 7;

  /// Records in the largest ring that the size field can name.
  public static final int MAX_ENTRIES = 1 << 14;

  private static final int POINTER_SHIFT = 5;
  private static final int POINTER_BITS = 14;
  private static final int PAGE_BITS = 52;
  private static final int PAGE_SHIFT = 12;
  private static final int SIZE_BITS = 3;

  /// The queue head register as a table of fields; the field is the record's index.
  public static final RecordFormat PQH_FORMAT =
      new RecordFormat(
          "vtd.pqh_reg",
          Long.BYTES,
          List.of(RecordField.number("index", POINTER_SHIFT, POINTER_BITS)));

  /// The queue tail register as a table of fields; the field is the record's index.
  public static final RecordFormat PQT_FORMAT =
      new RecordFormat(
          "vtd.pqt_reg",
          Long.BYTES,
          List.of(RecordField.number("index", POINTER_SHIFT, POINTER_BITS)));

  /// The queue address register as a table of fields.
  public static final RecordFormat PQA_FORMAT =
      new RecordFormat(
          "vtd.pqa_reg",
          Long.BYTES,
          List.of(
              RecordField.page("base", PAGE_SHIFT, PAGE_BITS),
              RecordField.number("pqs", 0, SIZE_BITS)));

  /// The status register as a table of fields.
  public static final RecordFormat PRS_FORMAT =
      new RecordFormat(
          "vtd.prs_reg",
          Integer.BYTES,
          List.of(RecordField.flag("ppr", 0), RecordField.flag("pro", 1)));

  private PageRequestRegisters() {}

  /// Returns the byte offset in a head or tail register; other bits are ignored.
  public static long offset(long pointerRegister) {
    return pointerRegister & ((1L << POINTER_BITS) - 1) << POINTER_SHIFT;
  }

  /// Returns the record index in a head or tail register.
  public static int index(long pointerRegister) {
    return (int) (offset(pointerRegister) >>> POINTER_SHIFT);
  }

  /// Returns the number of records that a queue address register names.
  public static int entries(long pqa) {
    return MIN_ENTRIES << (pqa & ((1 << SIZE_BITS) - 1));
  }

  /// Returns the base address that a queue address register names.
  public static long base(long pqa) {
    return pqa >>> PAGE_SHIFT << PAGE_SHIFT;
  }

  /// Returns the queue address register for a ring.
  ///
  /// @param base byte address, a multiple of 4096
  /// @param entries a power of two, [#MIN_ENTRIES] to [#MAX_ENTRIES]
  /// @throws IllegalArgumentException if the register cannot say that
  public static long pqa(long base, int entries) {
    if (entries < MIN_ENTRIES || entries > MAX_ENTRIES || Integer.bitCount(entries) != 1) {
      throw new IllegalArgumentException(
          "a page request queue of " + entries + " records has no PQS value");
    }
    if (base(base) != base) {
      throw new IllegalArgumentException("base 0x%x is not page aligned".formatted(base));
    }
    return base | (Integer.numberOfTrailingZeros(entries) - 7);
  }
}
