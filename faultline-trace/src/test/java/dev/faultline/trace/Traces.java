package dev.faultline.trace;

import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/// Reads traces out of texts, and packs texts, for the tests.
final class Traces {
  static final TraceOptions STRICT = TraceOptions.DEFAULTS;
  static final TraceOptions LENIENT = TraceOptions.DEFAULTS.withLenient(true);

  private Traces() {}

  /// One access as the tests compare it.
  record Read(long address, int size, int kinds, int flags, int thread, int process, long timeNs) {}

  /// A trace read to its end.
  record Whole(
      List<Read> accesses,
      TraceCounts counts,
      TraceFormat format,
      Compression compression,
      List<TraceThread> threads,
      List<TraceProcess> processes) {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static TraceReader open(byte[] stored, TraceOptions options) throws TraceException {
    return TraceReader.open(new ByteArrayInputStream(stored), "test.trace", options);
  }

  static Whole read(String text) throws TraceException {
    return read(utf8(text), STRICT);
  }

  static Whole read(String text, TraceOptions options) throws TraceException {
    return read(utf8(text), options);
  }

  static Whole read(byte[] stored, TraceOptions options) throws TraceException {
    try (TraceReader reader = open(stored, options)) {
      return readAll(reader, 7);
    }
  }

  static Whole readAll(TraceReader reader, int batchCapacity) throws TraceException {
    List<Read> accesses = new ArrayList<>();
    AccessBatch batch = new AccessBatch(batchCapacity);
    while (reader.read(batch) >= 0) {
      for (int i = 0; i < batch.count(); i++) {
        accesses.add(
            new Read(
                batch.address(i),
                batch.size(i),
                batch.kinds(i),
                batch.flags(i),
                batch.thread(i),
                reader.thread(batch.thread(i)).process(),
                batch.timeNs(i)));
      }
    }
    return new Whole(
        accesses,
        reader.counts(),
        reader.format(),
        reader.compression(),
        reader.threads(),
        reader.processes());
  }

  static byte[] resource(String name) {
    try (InputStream in = Traces.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzip(byte[] text) {
    return packed(text, GZIPOutputStream::new);
  }

  static byte[] zstd(byte[] text) {
    return packed(text, ZstdOutputStream::new);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private interface Packing {
    OutputStream over(OutputStream out) throws IOException;
  }

  private static byte[] packed(byte[] text, Packing packing) {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (OutputStream out = packing.over(stored)) {
      out.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return stored.toByteArray();
  }
}
