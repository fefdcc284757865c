package dev.faultline.trace;

import static dev.faultline.trace.Traces.LENIENT;
import static dev.faultline.trace.Traces.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.trace.Traces.Whole;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PackedTraceTest {
  private static final byte[] TEXT = text(5000);
  private static final List<UnaryOperator<byte[]>> PACKINGS = List.of(Traces::gzip, Traces::zstd);
  private static final byte[] NO_BYTES = new byte[0];

  @Test
  void gzipAndZstdReadLikePlain() throws Exception {
    Whole plain = Traces.read(TEXT, STRICT);
    Whole gzip = Traces.read(Traces.gzip(TEXT), STRICT);
    Whole zstd = Traces.read(Traces.zstd(TEXT), STRICT);

    assertThat(plain.compression()).isEqualTo(Compression.PLAIN);
    assertThat(gzip.compression()).isEqualTo(Compression.GZIP);
    assertThat(zstd.compression()).isEqualTo(Compression.ZSTD);
    assertThat(gzip.accesses()).hasSize(5000).isEqualTo(plain.accesses());
    assertThat(zstd.accesses()).isEqualTo(plain.accesses());
  }

  @Test
  void severalMembersOrFramesAreOneTrace() throws Exception {
    byte[] head = Arrays.copyOf(TEXT, 12_345);
    byte[] tail = Arrays.copyOfRange(TEXT, 12_345, TEXT.length);

    Whole gzip =
        Traces.read(
            Traces.join(Traces.gzip(head), Traces.gzip(NO_BYTES), Traces.gzip(tail)), STRICT);
    Whole zstd = Traces.read(Traces.join(Traces.zstd(head), Traces.zstd(tail)), STRICT);

    assertThat(gzip.accesses()).hasSize(5000);
    assertThat(zstd.accesses()).isEqualTo(gzip.accesses());
  }

  @Test
  void skippableZstdFramesAreSkipped() throws Exception {
    byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};

    assertThat(Traces.read(Traces.join(skippable, Traces.zstd(TEXT)), STRICT).accesses())
        .hasSize(5000);
  }

  @Test
  void zerosBehindTheLastGzipMemberArePadding() throws Exception {
    assertThat(Traces.read(Traces.join(Traces.gzip(TEXT), new byte[1000]), STRICT).accesses())
        .hasSize(5000);
  }

  @Test
  void gzipHeaderFieldsAreSkipped() throws Exception {
    byte[] stored = Traces.gzip(TEXT);
    byte[] header = {
      0x1f,
      (byte) 0x8b,
      8,
      0x1e,
      0,
      0,
      0,
      0,
      0,
      3, // FHCRC, FEXTRA, FNAME, FCOMMENT
      2,
      0,
      7,
      7,
      'a',
      0,
      'n',
      'o',
      't',
      'e',
      0,
      1,
      2
    };

    assertThat(
            Traces.read(Traces.join(header, Arrays.copyOfRange(stored, 10, stored.length)), STRICT)
                .accesses())
        .hasSize(5000);
  }

  @Test
  void truncatedGzipSaysWhereItEndsAndHowFarTheTextGot() {
    byte[] stored = Traces.gzip(TEXT);
    byte[] cut = Arrays.copyOf(stored, stored.length / 2);

    assertThatThrownBy(() -> Traces.read(cut, STRICT))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("the gzip data end early")
        .hasMessageContaining("byte " + cut.length + " of the file")
        .hasMessageMatching("(?s)test.trace:\\d+: .*after [1-9]\\d* whole lines.*")
        .satisfies(e -> {
          assertThat(((TraceException) e).offset()).isEqualTo(cut.length);
          assertThat(((TraceException) e).line()).isGreaterThan(1);
        });
  }

  @Test
  void aLenientReaderTakesWhatATruncatedFileHas() throws Exception {
    byte[] stored = Traces.gzip(TEXT);

    Whole trace = Traces.read(Arrays.copyOf(stored, stored.length / 2), LENIENT);

    assertThat(trace.accesses()).hasSizeBetween(1, 4999);
    assertThat(trace.counts().endedEarly()).isTrue();
    assertThat(trace.counts().brokenLines()).isLessThanOrEqualTo(1);
  }

  @Test
  void truncationAtAnyByteIsNoticed() {
    byte[] small = text(20);
    for (UnaryOperator<byte[]> packing : PACKINGS) {
      byte[] stored = packing.apply(small);
      for (int length = 5; length < stored.length; length++) {
        byte[] cut = Arrays.copyOf(stored, length);
        assertThatThrownBy(() -> Traces.read(cut, STRICT))
            .as("%d of %d bytes", length, stored.length)
            .isInstanceOf(TraceException.class)
            .hasMessageContaining("end early");
      }
    }
  }

  @Test
  void aWrongChecksumIsNoticedEvenByALenientReader() {
    byte[] stored = Traces.gzip(TEXT);
    stored[stored.length - 8] ^= 1;

    assertThatThrownBy(() -> Traces.read(stored, LENIENT))
        .hasMessageContaining("the gzip data are corrupt: CRC is ")
        .hasMessageContaining("after 5000 whole lines");
  }

  @Test
  void aWrongLengthIsNoticed() {
    byte[] stored = Traces.gzip(TEXT);
    stored[stored.length - 1] ^= 1;

    assertThatThrownBy(() -> Traces.read(stored, STRICT))
        .hasMessageContaining("unpacked length is " + TEXT.length);
  }

  @Test
  void bytesBehindThePackedDataAreNoticed() {
    byte[] tail = Traces.utf8("something else");

    assertThatThrownBy(() -> Traces.read(Traces.join(Traces.gzip(TEXT), tail), STRICT))
        .hasMessageContaining("bytes that are not gzip follow");
    assertThatThrownBy(() -> Traces.read(Traces.join(Traces.zstd(TEXT), tail), STRICT))
        .hasMessageContaining("the zstd data are corrupt");
  }

  @Test
  void flippedBitsNeverEscapeAsAnythingElse() {
    Random random = new Random(20_261_124);
    for (UnaryOperator<byte[]> packing : PACKINGS) {
      byte[] good = packing.apply(TEXT);
      for (int round = 0; round < 300; round++) {
        byte[] bad = good.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        }
        GarbageTest.readAnything(bad, round % 2 == 0 ? STRICT : LENIENT);
      }
    }
  }

  private static byte[] text(int lines) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append(" L %08x,%d\n".formatted(random.nextInt(1 << 24), 1 << random.nextInt(4)));
    }
    return Traces.utf8(text.toString());
  }
}
