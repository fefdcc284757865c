package dev.faultline.app.script;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.Pasid;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the words of one line; notes the first mistake and goes on with harmless values.
final class EventLine {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,64}");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,40}");
  private static final Pattern HEX = Pattern.compile("0[xX][0-9a-fA-F]{1,32}");

  private final List<String> words;
  private int next;
  private @Nullable String mistake;

  EventLine(List<String> words) {
    this.words = words;
  }

  /// Returns what is wrong with the line, or null.
  @Nullable String mistake() {
    if (mistake == null && next < words.size()) {
      fail("'" + words.get(next) + "' is one word too many; expected the end of the line");
    }
    return mistake;
  }

  private void fail(String text) {
    if (mistake == null) {
      mistake = text;
    }
  }

  boolean hasMore() {
    return next < words.size();
  }

  /// Returns the next word, or an empty text.
  String word(String expected) {
    if (next == words.size()) {
      fail("the line ends where " + expected + " is expected");
      return "";
    }
    return words.get(next++);
  }

  private void wrong(String word, String expected) {
    fail("'" + word + "': expected " + expected);
  }

  /// Notes that the event's own word is not known.
  void unknownEvent(String word, String expected) {
    next = words.size();
    wrong(word, expected);
  }

  String name(String what) {
    String expected = "the name of a " + what + " (1 to 64 letters, digits, '.', '_', '-', ':')";
    String word = word(expected);
    if (!word.isEmpty() && !NAME.matcher(word).matches()) {
      wrong(word, expected);
    }
    return word;
  }

  /// Reads one of two words.
  ///
  /// @return whether it is the first one
  boolean either(String first, String second) {
    String expected = first + " or " + second;
    String word = word(expected);
    if (!word.isEmpty() && !word.equals(first) && !word.equals(second)) {
      wrong(word, expected);
    }
    return word.equals(first);
  }

  int access() {
    String expected = "permissions: letters of rwxp, or - for none";
    String word = word(expected);
    try {
      return word.isEmpty() ? Access.NONE : Access.parse(word);
    } catch (IllegalArgumentException e) {
      wrong(word, expected);
      return Access.NONE;
    }
  }

  /// Reads the PASID of a request; one that is too large is left too large, for the engine to
  /// refuse.
  int requestPasid() {
    String expected = "a PASID (0 to " + Pasid.MAX + ") or - for none";
    String word = word(expected);
    if (word.isEmpty() || word.equals("-")) {
      return Pasid.NONE;
    }
    long pasid = number(word, 32, expected).longValue();
    return pasid <= Pasid.MAX ? (int) pasid : (int) (pasid & Pasid.MAX) | Pasid.MAX + 1;
  }

  /// Reads a PASID, `-`, or the word that stands for all.
  int scope(String all) {
    String expected = "a PASID (0 to " + Pasid.MAX + "), - for none, or " + all + " for all";
    String word = word(expected);
    if (word.equals(all)) {
      return Pasid.ALL;
    }
    if (word.isEmpty() || word.equals("-")) {
      return Pasid.NONE;
    }
    return number(word, Pasid.BITS, expected).intValue();
  }

  int group() {
    String expected = "a group index (0 to 4294967295)";
    String word = word(expected);
    return word.isEmpty() ? 0 : number(word, 32, expected).intValue();
  }

  long address(String what) {
    String expected = what + " (64 bits, decimal or 0x)";
    String word = word(expected);
    return word.isEmpty() ? 0 : number(word, 64, expected).longValue();
  }

  /// Reads the end of a range, behind its last address: up to 2^64, which is 0 here.
  long end() {
    String expected = "the end of the range (up to 2^64, decimal or 0x)";
    String word = word(expected);
    if (word.isEmpty()) {
      return 0;
    }
    BigInteger number = number(word, 65, expected);
    if (number.bitLength() == 65 && number.bitCount() > 1) {
      wrong(word, expected);
    }
    return number.longValue();
  }

  BigInteger privateData() {
    String expected = "private data (up to 128 bits, decimal or 0x)";
    return number(word(expected), 128, expected);
  }

  void checkRange(long low, long high) {
    if (mistake == null && Long.compareUnsigned(low, high - 1) > 0) {
      fail(
          String.format(
              Locale.ROOT, "the range is empty: 0x%x to 0x%x; expected LO below HI", low, high));
    }
  }

  private BigInteger number(String word, int bits, String expected) {
    BigInteger number = BigInteger.ZERO;
    if (HEX.matcher(word).matches()) {
      number = new BigInteger(word.substring(2), 16);
    } else if (DECIMAL.matcher(word).matches()) {
      number = new BigInteger(word);
    } else {
      wrong(word, expected);
    }
    if (number.bitLength() > bits) {
      wrong(word, expected);
      return BigInteger.ZERO;
    }
    return number;
  }
}
