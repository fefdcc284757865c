package dev.faultline.hardware.vtd;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One vector of bytes with their meaning; the file has one flat object per line.
record VtdVector(String format, String name, byte[] bytes, Map<String, Long> fields) {
  private static final Pattern TEXT = Pattern.compile("\"(format|name|hex)\": \"([^\"]*)\"");
  private static final Pattern FIELD =
      Pattern.compile("\"(\\w+)\": (?:\"0x([0-9a-f]+)\"|(\\d+)|(true|false))");

  static List<VtdVector> of(String format) {
    List<VtdVector> vectors = new ArrayList<>();
    for (String line : lines()) {
      if (line.contains("\"format\": \"" + format + "\"")) {
        vectors.add(parse(line));
      }
    }
    if (vectors.isEmpty()) {
      throw new AssertionError("no vectors of " + format);
    }
    return vectors;
  }

  private static List<String> lines() {
    try (InputStream in =
        Objects.requireNonNull(VtdVector.class.getResourceAsStream("vectors.json"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static VtdVector parse(String line) {
    int fieldsAt = line.indexOf("\"fields\"");
    Map<String, String> head = new LinkedHashMap<>();
    Matcher text = TEXT.matcher(line.substring(0, fieldsAt));
    while (text.find()) {
      head.put(text.group(1), text.group(2));
    }
    Map<String, Long> fields = new LinkedHashMap<>();
    Matcher field = FIELD.matcher(line.substring(fieldsAt));
    while (field.find()) {
      fields.put(field.group(1), value(field));
    }
    return new VtdVector(
        Objects.requireNonNull(head.get("format")),
        Objects.requireNonNull(head.get("name")),
        HexFormat.of().parseHex(Objects.requireNonNull(head.get("hex"))),
        fields);
  }

  private static long value(Matcher field) {
    if (field.group(2) != null) {
      return Long.parseUnsignedLong(field.group(2), 16);
    }
    if (field.group(3) != null) {
      return Long.parseLong(field.group(3));
    }
    return Boolean.parseBoolean(field.group(4)) ? 1 : 0;
  }

  long get(String field) {
    return Objects.requireNonNull(fields.get(field), field);
  }

  boolean is(String field) {
    return get(field) != 0;
  }

  /// The bytes at an address that 64-bit words can be read from.
  MemorySegment segment() {
    long[] words = new long[(bytes.length + Long.BYTES - 1) / Long.BYTES];
    MemorySegment segment = MemorySegment.ofArray(words);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, segment, 0, bytes.length);
    return segment;
  }

  @Override
  public String toString() {
    return format + " " + name;
  }
}
