package dev.faultline.trace;

import static dev.faultline.trace.Traces.LENIENT;
import static dev.faultline.trace.Traces.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceErrorsTest {
  @TempDir Path folder;

  @Test
  void aMissingFile() {
    assertRefused(folder.resolve("none.lackey"), "no such file");
  }

  @Test
  void aFolder() {
    assertRefused(folder, "is a directory; a file is needed");
  }

  @Test
  void aFileThatMayNotBeRead() throws Exception {
    Path file = write("secret", Traces.utf8("I  04025310,3\n"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "this user may read every file");

    assertRefused(file, "may not be read by this user");
  }

  @Test
  void anEmptyFile() throws Exception {
    assertRefused(write("empty", new byte[0]), "is empty");
  }

  @Test
  void anEmptyPackedFile() throws Exception {
    assertRefused(write("empty.gz", Traces.gzip(new byte[0])), "holds no line");
    assertRefused(write("empty.zst", Traces.zstd(new byte[0])), "holds no line");
  }

  @Test
  void onlyWhiteSpace() throws Exception {
    assertRefused(write("blank", Traces.utf8("\n  \n\t\n")), "is in no known format");
  }

  @Test
  void aTextOfAnotherKindSaysWhatItsFirstLineIsAndWhatIsKnown() throws Exception {
    assertRefused(
        write("readme", Traces.utf8("# Title\n\nSome words.\n")),
        "is in no known format; its first line is \"# Title\"; known are valgrind --tool=lackey"
            + " --trace-mem=yes and perf script of page-fault events, plain, gzip or zstd");
  }

  @Test
  void binaryGarbageIsShownPrintably() throws Exception {
    assertRefused(
        write("program", new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 0, (byte) 0xff}),
        "first line is \"\\x7fELF\\x02\\x01\\x00\\xff\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PERFILE2xyz|is a perf.data file; print it with perf script",
        "==1== Memcheck, a memory error detector|is from another valgrind tool than lackey",
        "00400000-00452000 r-xp 00000000 08:02 173521  /bin/true|looks like a /proc/PID/maps file",
        "BZh91AY&SY|is packed with bzip2; plain, gzip and zstd can be read",
        "PK\u0003\u0004abcd|is packed with zip",
      })
  void aFileOfAKnownOtherKindIsNamed(String text, String problem) throws Exception {
    assertRefused(write("other", Traces.utf8(text + "\n")), problem);
  }

  @Test
  void anXzFileIsNamed() throws Exception {
    assertRefused(
        write("t.xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 4}), "is packed with xz");
  }

  @Test
  void gzipDamagedInItsHeader() throws Exception {
    assertRefused(write("t.gz", new byte[] {0x1f, (byte) 0x8b, 9, 0, 0}), "unknown packing method");
  }

  @Test
  void aForcedFormatIsTakenAtItsWord() throws Exception {
    Path file = write("odd", Traces.utf8("\n\nsomething\nI  04025310,3\n"));

    assertThatThrownBy(() -> TraceSurvey.of(file, STRICT.withFormat(TraceFormat.LACKEY), 0))
        .hasMessageContaining("odd:3: not a line of a lackey trace");
    assertThat(TraceSurvey.of(file, LENIENT.withFormat(TraceFormat.LACKEY), 0).counts().accesses())
        .isEqualTo(1);
  }

  @Test
  void aFailingDiskIsReportedWithTheLineReached() {
    InputStream failing =
        new InputStream() {
          private final byte[] text = Traces.utf8("I  04025310,3\n");
          private int at;

          @Override
          public int read() throws IOException {
            if (at == text.length) {
              throw new IOException("Input/output error");
            }
            return text[at++];
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            into[offset] = (byte) read();
            return 1;
          }
        };
    AccessBatch batch = new AccessBatch(10);

    assertThatThrownBy(
            () -> {
              try (TraceReader reader = TraceReader.open(failing, "disk", STRICT)) {
                assertThat(reader.read(batch)).isEqualTo(1);
                reader.read(batch);
              }
            })
        .isInstanceOf(TraceException.class)
        .hasMessage("disk:2: cannot be read: Input/output error");
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static void assertRefused(Path file, String problem) {
    for (TraceOptions options : new TraceOptions[] {STRICT, LENIENT}) {
      assertThatThrownBy(() -> TraceSurvey.of(file, options, 0))
          .isInstanceOf(TraceException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageContaining(problem)
          .satisfies(e -> assertThat(((TraceException) e).file()).isEqualTo(file.toString()));
    }
  }
}
