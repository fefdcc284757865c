package dev.faultline.trace;

import java.nio.charset.StandardCharsets;

/// Looks at ASCII text in byte arrays without making strings of it.
///
/// Ranges are from inclusive to exclusive.
final class ByteText {
  private static final int EXCERPT_CHARS = 120;
  private static final byte[] HEX_VALUES = hexValues();

  private ByteText() {}

  private static byte[] hexValues() {
    byte[] values = new byte[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) Character.digit(i < 128 ? i : 0, 16);
    }
    return values;
  }

  /// Encodes a text of ASCII characters to compare with.
  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// The value of a hexadecimal digit in either case, -1 for another byte.
  static int hexDigit(byte character) {
    return HEX_VALUES[character & 0xff];
  }

  static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  /// Space, tab, carriage return, line feed, form feed.
  static boolean isSpace(byte character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
  }

  static boolean startsWith(byte[] text, int from, int to, byte[] prefix) {
    if (to - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (text[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  static boolean endsWith(byte[] text, int from, int to, byte[] suffix) {
    return to - from >= suffix.length && startsWith(text, to - suffix.length, to, suffix);
  }

  /// The first place of `wanted`, or -1.
  static int indexOf(byte[] text, int from, int to, byte[] wanted) {
    byte first = wanted[0];
    int last = to - wanted.length;
    for (int i = from; i <= last; i++) {
      if (text[i] == first && startsWith(text, i, to, wanted)) {
        return i;
      }
    }
    return -1;
  }

  /// The first place of one character, or `to`.
  static int find(byte[] text, int from, int to, char wanted) {
    int i = from;
    while (i < to && text[i] != wanted) {
      i++;
    }
    return i;
  }

  /// The first place that is no space.
  static int skipSpaces(byte[] text, int from, int to) {
    int i = from;
    while (i < to && isSpace(text[i])) {
      i++;
    }
    return i;
  }

  /// The end of the range without its trailing spaces.
  static int trimEnd(byte[] text, int from, int to) {
    int end = to;
    while (end > from && isSpace(text[end - 1])) {
      end--;
    }
    return end;
  }

  /// The first place that is a space, or `to`.
  static int endOfWord(byte[] text, int from, int to) {
    int i = from;
    while (i < to && !isSpace(text[i])) {
      i++;
    }
    return i;
  }

  /// The start of the word that ends at `to`.
  static int startOfWord(byte[] text, int from, int to) {
    int i = to;
    while (i > from && !isSpace(text[i - 1])) {
      i--;
    }
    return i;
  }

  /// The first place that is no hexadecimal digit.
  static int endOfHex(byte[] text, int from, int to) {
    int i = from;
    while (i < to && hexDigit(text[i]) >= 0) {
      i++;
    }
    return i;
  }

  /// The first place that is no decimal digit.
  static int endOfDigits(byte[] text, int from, int to) {
    int i = from;
    while (i < to && isDigit(text[i])) {
      i++;
    }
    return i;
  }

  static boolean isNumber(byte[] text, int from, int to) {
    return from < to && endOfDigits(text, from, to) == to;
  }

  /// The value of up to 16 hexadecimal digits.
  static long hex(byte[] text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = (value << 4) | hexDigit(text[i]);
    }
    return value;
  }

  /// The value of decimal digits, -1 if there is none or it does not fit into a `long`.
  static long decimal(byte[] text, int from, int to) {
    if (from >= to) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /// A text for a message: other bytes than printable ASCII as `\xNN`, cut when long.
  static String excerpt(byte[] text, int from, int to) {
    StringBuilder shown = new StringBuilder();
    for (int i = from; i < to; i++) {
      if (shown.length() >= EXCERPT_CHARS) {
        return shown.append("...").toString();
      }
      int octet = text[i] & 0xff;
      if (octet == '\t') {
        shown.append("\\t");
      } else if (octet < ' ' || octet > '~') {
        shown.append("\\x%02x".formatted(octet));
      } else {
        shown.append((char) octet);
      }
    }
    return shown.toString();
  }

  /// A name out of the trace, as text.
  static String name(byte[] text, int from, int to) {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }
}
