package dev.faultline.trace;

import static dev.faultline.trace.Traces.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceReaderTest {
  @TempDir Path folder;

  @Test
  void progressGoesFromTheStoredBytesReadToOne() throws Exception {
    Path file =
        Files.write(folder.resolve("t.gz"), Traces.gzip(Traces.resource("lackey-true.txt")));
    AccessBatch batch = new AccessBatch(100);

    try (TraceReader reader = TraceReader.open(file, STRICT)) {
      assertThat(reader.fileBytes()).isEqualTo(Files.size(file));
      assertThat(reader.progress()).isBetween(0.0, 1.0);
      while (reader.read(batch) >= 0) {
        assertThat(reader.progress()).isBetween(0.0, 1.0);
      }
      assertThat(reader.progress()).isEqualTo(1.0);
      assertThat(reader.fileBytesRead()).isEqualTo(Files.size(file));
    }
  }

  @Test
  void aPipeHasNoProgress() throws Exception {
    try (TraceReader reader = Traces.open(Traces.utf8("I  04025310,3\n"), STRICT)) {
      assertThat(reader.progress()).isEqualTo(-1);
      assertThat(reader.fileBytes()).isEqualTo(-1);
    }
  }

  @Test
  @ResourceLock("System.in")
  void aDashIsStandardInput() throws Exception {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(Traces.gzip(Traces.utf8("I  04025310,3\njunk\n"))));
    AccessBatch batch = new AccessBatch(10);
    try (TraceReader reader = TraceReader.open(Path.of("-"), STRICT)) {
      assertThat(reader.name()).isEqualTo("standard input");
      assertThat(reader.read(batch)).isEqualTo(1);
      assertThatThrownBy(() -> reader.read(batch)).hasMessageStartingWith("standard input:2: ");
    } finally {
      System.setIn(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 5000})
  void theSizeOfTheBatchDoesNotMatter(int capacity) throws Exception {
    byte[] stored = Traces.resource("perf-shell-and-threads.txt.gz");
    try (TraceReader one = Traces.open(stored, STRICT);
        TraceReader other = Traces.open(stored, STRICT)) {
      assertThat(Traces.readAll(one, capacity)).isEqualTo(Traces.readAll(other, 333));
    }
  }

  @Test
  void aStreamThatGivesSingleBytesReadsTheSame() throws Exception {
    byte[] text = Traces.resource("lackey-true.txt");
    InputStream slow =
        new ByteArrayInputStream(text) {
          @Override
          public int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, 1));
          }
        };
    try (TraceReader reader = TraceReader.open(slow, "slow", STRICT)) {
      assertThat(Traces.readAll(reader, 50)).isEqualTo(Traces.read(text, STRICT));
    }
  }

  @Test
  void afterTheEndTheEndIsReportedAgain() throws Exception {
    AccessBatch batch = new AccessBatch(10);
    try (TraceReader reader = Traces.open(Traces.utf8("I  04025310,3\n"), STRICT)) {
      assertThat(reader.read(batch)).isEqualTo(1);
      assertThat(reader.read(batch)).isEqualTo(-1);
      assertThat(reader.read(batch)).isEqualTo(-1);
      assertThat(reader.accesses()).isEqualTo(1);
      assertThat(reader.lines()).isEqualTo(1);
      assertThat(reader.skippedLines()).isZero();
      assertThat(reader.brokenLines()).isZero();
      assertThat(reader.threadCount()).isEqualTo(1);
    }
  }

  @Test
  void aSurveyHasThePagesAndAreasOfEachProcess() throws Exception {
    Path file =
        Files.write(folder.resolve("t.gz"), Traces.resource("perf-shell-and-threads.txt.gz"));

    TraceSurvey survey = TraceSurvey.of(file, STRICT, 4);

    assertThat(survey.format()).isEqualTo(TraceFormat.PERF_SCRIPT);
    assertThat(survey.processes()).hasSize(25);
    assertThat(survey.areas()).hasSize(25).doesNotContain(List.of());
    assertThat(survey.pages()).hasSize(25).allMatch(pages -> pages > 10);
    assertThat(survey.counts().accesses()).isEqualTo(1870);
    assertThat(survey.threads()).hasSize(34);
  }

  @Test
  void standardInputCannotBeSurveyed() {
    assertThatThrownBy(() -> TraceSurvey.of(Path.of("-"), STRICT, 0))
        .hasMessageContaining("can be read only once");
  }

  @Test
  void aBatchNeedsRoom() {
    assertThatThrownBy(() -> new AccessBatch(0)).hasMessageContaining("batch capacity is 0");
    assertThat(new AccessBatch(3).capacity()).isEqualTo(3);
  }
}
