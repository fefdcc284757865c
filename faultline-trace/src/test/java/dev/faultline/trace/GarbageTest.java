package dev.faultline.trace;

import static dev.faultline.trace.Traces.LENIENT;
import static dev.faultline.trace.Traces.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.trace.Traces.Whole;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever the bytes are, a reader ends, throws nothing but [TraceException], and counts each
/// line.
class GarbageTest {
  private static final long SEED = 977;

  private static final String[] PIECES = {
    "I  ",
    " L ",
    " S ",
    " M ",
    "04025310",
    ",",
    "8",
    "\n",
    "\r\n",
    "\t",
    " ",
    "==1==",
    "--1--",
    "Lackey, an example Valgrind tool",
    "gcc",
    " 7/9 ",
    " [001] ",
    "1.000002:",
    "page_fault_user:",
    "page-faults:",
    " address=",
    "0x",
    "7fb864f20b70",
    " ip=",
    " error_code=",
    "0x14",
    "#",
    ":",
    "/",
    "PERF_RECORD_LOST lost ",
    "99999999999999999999",
    "-1",
    "\u00e4",
    "\u0000",
    "faults",
    "(nil)",
    "SB ",
    "[",
    "]",
    "Command: ",
    "Parent PID: ",
  };

  @Test
  void randomBytesAreRefused() {
    Random random = new Random(SEED);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(2000)];
      random.nextBytes(bytes);
      readAnything(bytes, round % 2 == 0 ? STRICT : LENIENT);
    }
  }

  @ParameterizedTest
  @EnumSource(TraceFormat.class)
  void randomPiecesOfTracesAreReadOrRefused(TraceFormat format) {
    Random random = new Random(SEED);
    for (int round = 0; round < 3000; round++) {
      StringBuilder text = new StringBuilder();
      for (int pieces = random.nextInt(60); pieces >= 0; pieces--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      TraceOptions options = (round % 2 == 0 ? STRICT : LENIENT).withFormat(format);
      readAnything(Traces.utf8(text.toString()), options);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LACKEY", "PERF_SCRIPT"})
  void aLenientReaderCountsEveryLineOnce(TraceFormat format) throws Exception {
    Random random = new Random(SEED);
    String good =
        format == TraceFormat.LACKEY
            ? "I  04025310,3\n"
            : "a 1 1.000000: page_fault_user: address=0x1000 ip=0x2000 error_code=0x4\n";
    for (int round = 0; round < 1000; round++) {
      StringBuilder text = new StringBuilder(good);
      for (int pieces = random.nextInt(100); pieces >= 0; pieces--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      byte[] bytes = Traces.utf8(text.toString());
      Whole trace = Traces.read(bytes, LENIENT.withFormat(format));

      TraceCounts counts = trace.counts();
      assertThat(counts.lines()).as("round %d", round).isEqualTo(linesOf(bytes));
      assertThat(counts.accesses() + counts.skippedLines() + counts.brokenLines())
          .isEqualTo(counts.lines());
      assertThat(trace.accesses()).hasSize((int) counts.accesses());
    }
  }

  @Test
  void mutatedRecordingsAreReadOrRefused() throws Exception {
    Random random = new Random(SEED);
    byte[] perf;
    try (var in =
        new GZIPInputStream(
            new ByteArrayInputStream(Traces.resource("perf-shell-and-threads.txt.gz")))) {
      perf = Arrays.copyOf(in.readAllBytes(), 20_000);
    }
    byte[] lackey = Traces.resource("lackey-true.txt");
    for (int round = 0; round < 1000; round++) {
      byte[] bytes = (round % 2 == 0 ? perf : lackey).clone();
      for (int edits = random.nextInt(10); edits >= 0; edits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      readAnything(bytes, round % 4 < 2 ? STRICT : LENIENT);
    }
  }

  @Test
  void anEndlessLineIsBrokenAndDoesNotFillTheMemory() throws Exception {
    byte[] line = new byte[3 * LineBuffer.MAX_LINE_BYTES];
    Arrays.fill(line, (byte) 'x');
    byte[] good = Traces.utf8("I  04025310,3\n");
    byte[] text = Traces.join(good, line, Traces.utf8("\n"), good, line);

    Whole trace = Traces.read(text, LENIENT);

    assertThat(trace.accesses()).hasSize(2);
    assertThat(trace.counts().brokenLines()).isEqualTo(2);
    assertThat(trace.counts().brokenSamples().getFirst().problem())
        .contains("more than 1048576 bytes");
  }

  /// Reads to the end or to a [TraceException].
  static void readAnything(byte[] stored, TraceOptions options) {
    try {
      Whole trace = Traces.read(stored, options);
      assertThat(trace.accesses()).isNotEmpty();
    } catch (TraceException e) {
      assertThat(e).hasMessageStartingWith("test.trace");
      assertThat(e.getMessage()).isASCII();
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "not a TraceException for " + new String(stored, StandardCharsets.ISO_8859_1), e);
    }
  }

  private static long linesOf(byte[] bytes) {
    long lines = 0;
    for (byte octet : bytes) {
      lines += octet == '\n' ? 1 : 0;
    }
    return bytes[bytes.length - 1] == '\n' ? lines : lines + 1;
  }
}
