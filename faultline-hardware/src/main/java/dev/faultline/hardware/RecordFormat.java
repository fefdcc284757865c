package dev.faultline.hardware;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;

/// A hardware record as a table of fields: the slow, complete view that text forms, explanations
/// and tests use. The record's own layout class has the fast view; a test holds the two together.
///
/// Immutable; any thread.
public final class RecordFormat {
  private final String name;
  private final int bytes;
  private final List<RecordField> fields;
  private final BitSet defined = new BitSet();

  /// Makes a format.
  ///
  /// @param name the format's name, such as `vtd.page_req_dsc`
  /// @param bytes length of a record
  /// @param fields its fields, in the order of the text form; the bits between them are reserved
  /// @throws IllegalArgumentException if fields overlap or lie outside, naming the field
  public RecordFormat(String name, int bytes, List<RecordField> fields) {
    this.name = name;
    this.bytes = bytes;
    this.fields = List.copyOf(fields);
    for (RecordField field : fields) {
      int clash = defined.nextSetBit(field.firstBit());
      if (field.endBit() > bytes * Byte.SIZE || (clash >= 0 && clash < field.endBit())) {
        throw new IllegalArgumentException(
            name + "." + field.name() + " overlaps another field or the record's end");
      }
      defined.set(field.firstBit(), field.endBit());
    }
  }

  /// Returns the format's name.
  public String name() {
    return name;
  }

  /// Returns the length of a record in bytes.
  public int bytes() {
    return bytes;
  }

  /// Returns the fields in the order of the text form.
  public List<RecordField> fields() {
    return fields;
  }

  /// Returns the field called `fieldName`.
  ///
  /// @throws IllegalArgumentException if there is none, naming those that there are
  public RecordField field(String fieldName) {
    for (RecordField field : fields) {
      if (field.name().equals(fieldName)) {
        return field;
      }
    }
    throw new IllegalArgumentException(
        name
            + " has no field '"
            + fieldName
            + "'; it has "
            + fields.stream().map(RecordField::name).toList());
  }

  /// Reads a field of the record at byte `offset`; a page field as its byte address.
  public long get(MemorySegment memory, long offset, RecordField field) {
    long value = 0;
    for (int i = 0; i < field.bits(); i++) {
      if (bit(memory, offset, field.firstBit() + i)) {
        value |= 1L << i;
      }
    }
    return field.form() == RecordField.Form.PAGE ? value << RecordField.PAGE_SHIFT : value;
  }

  /// Writes a field of the record at byte `offset`; bits that do not fit the field are dropped.
  public void set(MemorySegment memory, long offset, RecordField field, long value) {
    long raw = field.form() == RecordField.Form.PAGE ? value >>> RecordField.PAGE_SHIFT : value;
    for (int i = 0; i < field.bits(); i++) {
      int bit = field.firstBit() + i;
      long at = offset + bit / Byte.SIZE;
      int mask = 1 << (bit % Byte.SIZE);
      int old = memory.get(ValueLayout.JAVA_BYTE, at);
      int changed = (raw >>> i & 1) != 0 ? old | mask : old & ~mask;
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) changed);
    }
  }

  /// Returns the absolute positions of reserved bits that are set. Hardware may set them; a decoder
  /// ignores them.
  public BitSet reservedBitsSet(MemorySegment memory, long offset) {
    BitSet set = new BitSet();
    for (int bit = defined.nextClearBit(0);
        bit < bytes * Byte.SIZE;
        bit = defined.nextClearBit(bit + 1)) {
      if (bit(memory, offset, bit)) {
        set.set(bit);
      }
    }
    return set;
  }

  /// Returns the record at byte `offset` as text: `name=value` for numbers, the name alone for
  /// flags that are set.
  public String toText(MemorySegment memory, long offset) {
    StringBuilder text = new StringBuilder();
    for (RecordField field : fields) {
      long value = get(memory, offset, field);
      switch (field.form()) {
        case NUMBER -> text.append(field.name()).append('=').append(value).append(' ');
        case PAGE -> text.append(field.name()).append("=0x").append(hex(value)).append(' ');
        case HEX -> {
          if (value != 0) {
            text.append(field.name()).append("=0x").append(hex(value)).append(' ');
          }
        }
        case FLAG -> {
          if (value != 0) {
            text.append(field.name()).append(' ');
          }
        }
      }
    }
    return text.toString().stripTrailing();
  }

  private static String hex(long value) {
    return Long.toHexString(value);
  }

  private static boolean bit(MemorySegment memory, long offset, int bit) {
    int b = memory.get(ValueLayout.JAVA_BYTE, offset + bit / Byte.SIZE);
    return (b >>> (bit % Byte.SIZE) & 1) != 0;
  }

  @Override
  public String toString() {
    return name + "[" + bytes + " bytes]";
  }
}
