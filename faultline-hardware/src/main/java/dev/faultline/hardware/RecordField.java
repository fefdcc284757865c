package dev.faultline.hardware;

/// One field of a hardware record, by its absolute bit position: the record is read as one
/// little-endian integer, bit `n` being bit `n % 8` of byte `n / 8`.
///
/// @param name the field's name in the text form
/// @param firstBit absolute position of its lowest bit
/// @param bits its width, 1 to 64
/// @param form how its value is written as text
public record RecordField(String name, int firstBit, int bits, Form form) {
  /// How a value is written as text.
  public enum Form {
    /// A decimal number.
    NUMBER,
    /// A single bit; the text names it only when it is set.
    FLAG,
    /// A hexadecimal number; the text leaves it out when it is zero.
    HEX,
    /// A 4 KiB page number, written and read as the byte address in hexadecimal.
    PAGE
  }

  static final int PAGE_SHIFT = 12;

  /// Checks the position.
  public RecordField {
    if (firstBit < 0 || bits < 1 || bits > Long.SIZE) {
      throw new IllegalArgumentException("field " + name + " at bit " + firstBit + ", " + bits);
    }
  }

  /// Makes a number.
  public static RecordField number(String name, int firstBit, int bits) {
    return new RecordField(name, firstBit, bits, Form.NUMBER);
  }

  /// Makes a flag.
  public static RecordField flag(String name, int firstBit) {
    return new RecordField(name, firstBit, 1, Form.FLAG);
  }

  /// Makes a number that is written in hexadecimal.
  public static RecordField hex(String name, int firstBit, int bits) {
    return new RecordField(name, firstBit, bits, Form.HEX);
  }

  /// Makes a page number of 4 KiB pages.
  public static RecordField page(String name, int firstBit, int bits) {
    return new RecordField(name, firstBit, bits, Form.PAGE);
  }

  /// Returns the position behind the highest bit.
  public int endBit() {
    return firstBit + bits;
  }
}
