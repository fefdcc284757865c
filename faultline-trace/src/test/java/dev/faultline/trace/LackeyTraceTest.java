package dev.faultline.trace;

import static dev.faultline.trace.AccessBatch.EXECUTE;
import static dev.faultline.trace.AccessBatch.READ;
import static dev.faultline.trace.AccessBatch.WRITE;
import static dev.faultline.trace.Traces.LENIENT;
import static dev.faultline.trace.Traces.STRICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.trace.Traces.Whole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LackeyTraceTest {
  private static final String LOG_FILE_BANNER =
      """
      ==5753== Lackey, an example Valgrind tool
      ==5753== Copyright (C) 2002-2017, and GNU GPL'd, by Nicholas Nethercote.
      ==5753== Using Valgrind-3.19.0 and LibVEX; rerun with -h for copyright info
      ==5753== Command: /usr/bin/sqlite3 :memory:
      ==5753== Parent PID: 5749
      ==5753==\s
      """;
  private static final String STDERR_BANNER =
      LOG_FILE_BANNER.replace("==5753== Parent PID: 5749\n", "");

  @Test
  void eachLetterBecomesItsKindOfAccess() throws Exception {
    Whole trace = Traces.read("I  04025310,3\n L 1fff000690,8\n S 1fff000688,16\n M 004ab3d0,4\n");

    assertThat(trace.format()).isEqualTo(TraceFormat.LACKEY);
    assertThat(trace.accesses())
        .containsExactly(
            access(0x4025310, 3, READ | EXECUTE),
            access(0x1fff000690L, 8, READ),
            access(0x1fff000688L, 16, WRITE),
            access(0x4ab3d0, 4, READ | WRITE));
  }

  @Test
  void aModifyLineIsOneAccess() throws Exception {
    Whole trace = Traces.read(" M 004ab3d0,4\n M 004ab3d0,4\n");

    assertThat(trace.counts().accesses()).isEqualTo(2);
    assertThat(trace.accesses()).hasSize(2);
  }

  @Test
  void bannerAndSummaryAreSkippedAndCounted() throws Exception {
    Whole trace =
        Traces.read(
            LOG_FILE_BANNER + "I  04025310,3\n==5753== \n==5753== Counted 0 calls to main()\n\n");

    assertThat(trace.counts().lines()).isEqualTo(10);
    assertThat(trace.counts().accesses()).isEqualTo(1);
    assertThat(trace.counts().skipped())
        .containsEntry(SkipReason.TOOL_MESSAGE, 8L)
        .containsEntry(SkipReason.BLANK, 1L);
    assertThat(trace.counts().skippedLines()).isEqualTo(9);
  }

  @Test
  void theBannerNamesTheThread() throws Exception {
    Whole trace = Traces.read(LOG_FILE_BANNER + "I  04025310,3\n");

    assertThat(trace.threads()).containsExactly(new TraceThread(0, 5753, 5753, 0, "sqlite3"));
    assertThat(trace.processes())
        .containsExactly(new TraceProcess(0, 5753, "sqlite3", TraceProcess.Origin.STATED));
  }

  @Test
  void withoutBannerTheThreadHasNoName() throws Exception {
    assertThat(Traces.read("I  04025310,3\n").threads())
        .containsExactly(new TraceThread(0, -1, -1, 0, ""));
  }

  @Test
  void aSecondBannerOfAnotherProcessBeginsAnotherAddressSpace() throws Exception {
    String second = LOG_FILE_BANNER.replace("5753", "6000").replace("sqlite3", "ls");
    Whole trace =
        Traces.read(LOG_FILE_BANNER + "I  04025310,3\n" + second + " L 04025310,4\n S 1000,1\n");

    assertThat(trace.threads()).extracting(TraceThread::comm).containsExactly("sqlite3", "ls");
    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 1, 1);
  }

  @Test
  void aRealRecordingIsReadWhole() throws Exception {
    Whole trace = Traces.read(Traces.resource("lackey-true.txt"), STRICT);

    assertThat(trace.counts().lines()).isEqualTo(419);
    assertThat(trace.counts().skippedLines()).isEqualTo(25);
    assertThat(trace.accesses()).hasSize(394);
    assertThat(trace.threads()).extracting(TraceThread::comm).containsExactly("true");
  }

  @Test
  void verboseAndTimeStampedMessagesAreTheTools() throws Exception {
    Whole trace =
        Traces.read(
            """
            ==00:00:00:00.000 5017== Lackey, an example Valgrind tool
            --00:00:00:00.021 5017-- Scheduler: using generic scheduler lock implementation.
            --5017-- Reading syms from /usr/bin/dash
            **5017** said by the program through valgrind
            I  0401ab70,3
            """);

    assertThat(trace.counts().skipped()).containsEntry(SkipReason.TOOL_MESSAGE, 4L);
    assertThat(trace.threads()).extracting(TraceThread::pid).containsExactly(5017);
  }

  @Test
  void superblockLinesAreOtherEvents() throws Exception {
    Whole trace = Traces.read("SB 0401ab70\nI  0401ab70,3\nSB 0401b7e7\n");

    assertThat(trace.counts().skipped()).containsEntry(SkipReason.OTHER_EVENT, 2L);
  }

  @Test
  void windowsLineEndsAreTaken() throws Exception {
    Whole trace = Traces.read("==1== Lackey, an example Valgrind tool\r\nI  0401ab70,3\r\n\r\n");

    assertThat(trace.accesses()).containsExactly(access(0x401ab70, 3, READ | EXECUTE));
    assertThat(trace.counts().lines()).isEqualTo(3);
  }

  @Test
  void theLastLineNeedsNoLineFeed() throws Exception {
    assertThat(Traces.read(" L 1fff000690,8").accesses())
        .containsExactly(access(0x1fff000690L, 8, READ));
  }

  @Test
  void shortAndLongAndUpperCaseAddressesAreTaken() throws Exception {
    Whole trace = Traces.read(" L 10,1\n S FFFF800012345678,8\n L ffffffffffffffff,1\n");

    assertThat(trace.accesses())
        .extracting(Traces.Read::address)
        .containsExactly(0x10L, 0xffff800012345678L, -1L);
  }

  @Test
  void anAccessAcrossPagesKeepsItsSizeAndTellsBothPages() throws Exception {
    AccessBatch batch = new AccessBatch(4);
    try (TraceReader reader = Traces.open(Traces.utf8(" L 04001ffe,4\n L 04001ffe,2\n"), STRICT)) {
      assertThat(reader.read(batch)).isEqualTo(2);
    }

    assertThat(batch.size(0)).isEqualTo(4);
    assertThat(batch.firstPage(0, 12)).isEqualTo(0x4001);
    assertThat(batch.lastPage(0, 12)).isEqualTo(0x4002);
    assertThat(batch.lastPage(1, 12)).isEqualTo(0x4001);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " L 1fff0zz690,8",
        " L 1fff000690",
        " L 1fff000690,",
        " L 1fff000690,8x",
        " L 1fff000690,0",
        " L 1fff000690,65537",
        " L 1fff000690,99999999999999999999",
        " L ,8",
        " L 11112222333344445,8",
        " L ffffffffffffffff,2",
        " X 1fff000690,8",
        "I 0401ab70,3",
        "I  0401ab70;3",
        "L 1fff000690,8",
        " L 1fff000690,8 and more",
        "hello, world",
        "==5753 no end of the mark",
        "\u0001\u0002binary"
      })
  void aBrokenLineIsRefusedWithPlaceAndTextAndRemedy(String line) {
    byte[] trace = Traces.utf8("I  04025310,3\n" + line + "\n L 10,1\n");

    assertThatThrownBy(() -> Traces.read(trace, STRICT))
        .isInstanceOf(TraceException.class)
        .hasMessageStartingWith("test.trace:2: not a line of a lackey trace: \"")
        .hasMessageContaining("ADDRESS,SIZE")
        .hasMessageContaining("--lenient")
        .satisfies(e -> assertThat(((TraceException) e).line()).isEqualTo(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {" L 1fff0zz690,8", "I  0401ab70", "hello, world"})
  void aLenientReaderCountsABrokenLineAndGoesOn(String line) throws Exception {
    Whole trace = Traces.read("I  04025310,3\n" + line + "\n L 00000010,1\n", LENIENT);

    assertThat(trace.accesses()).hasSize(2);
    assertThat(trace.counts().brokenLines()).isEqualTo(1);
    assertThat(trace.counts().lines()).isEqualTo(3);
    assertThat(trace.counts().brokenSamples())
        .containsExactly(new BrokenLine(2, line, "not a line of a lackey trace"));
  }

  @Test
  void onlyTheFirstBrokenLinesAreKept() throws Exception {
    Whole trace = Traces.read("I  04025310,3\n" + "junk\n".repeat(1000), LENIENT);

    assertThat(trace.counts().brokenLines()).isEqualTo(1000);
    assertThat(trace.counts().brokenSamples()).hasSize(5);
  }

  @Test
  void accessesBeforeABrokenLineAreDeliveredFirst() throws Exception {
    AccessBatch batch = new AccessBatch(100);
    try (TraceReader reader = Traces.open(Traces.utf8(" L 10,1\n L 20,1\njunk\n"), STRICT)) {
      assertThat(reader.read(batch)).isEqualTo(2);
      assertThatThrownBy(() -> reader.read(batch)).hasMessageContaining(":3: ");
      assertThatThrownBy(() -> reader.read(batch)).hasMessageContaining(":3: ");
      assertThat(batch.count()).isZero();
    }
  }

  @Test
  void inATraceFromStandardErrorOtherLinesAreProgramOutput() throws Exception {
    Whole trace =
        Traces.read(
            STDERR_BANNER + "I  04025310,3\nhello, world\n{\"key\": 1, 2}\nI  04025313,3\n");

    assertThat(trace.accesses()).hasSize(2);
    assertThat(trace.counts().skipped()).containsEntry(SkipReason.PROGRAM_OUTPUT, 2L);
  }

  @Test
  void inATraceFromStandardErrorADamagedAccessIsStillBroken() {
    for (String line : new String[] {" L 1fff0zz690,8", "I  0401ab70", "0401ab70,3", " S"}) {
      assertThatThrownBy(() -> Traces.read(STDERR_BANNER + "I  04025310,3\n" + line + "\n"))
          .as(line)
          .hasMessageContaining("test.trace:7: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"partialI  0493d350,6", "42 L 0493d350,6", "total: 3 S 0493d350,6"})
  void anAccessBehindUnfinishedProgramOutputIsFound(String line) throws Exception {
    Whole trace = Traces.read(STDERR_BANNER + line + "\nI  04025310,3\n");

    assertThat(trace.accesses()).hasSize(2);
    assertThat(trace.accesses().getFirst().address()).isEqualTo(0x493d350);
    assertThat(trace.accesses().getFirst().size()).isEqualTo(6);
    assertThat(trace.counts().joinedLines()).isEqualTo(1);
    assertThat(trace.counts().lines()).isEqualTo(7);
  }

  @Test
  void aTraceFromALogFileHasNoProgramOutput() {
    assertThatThrownBy(() -> Traces.read(LOG_FILE_BANNER + "I  04025310,3\nhello\n"))
        .hasMessageContaining("test.trace:8: not a line of a lackey trace: \"hello\"");
  }

  @Test
  void aTraceWithoutAccessesSaysHowToRecordThem() {
    assertThatThrownBy(() -> Traces.read(LOG_FILE_BANNER))
        .isInstanceOf(TraceException.class)
        .hasMessageContaining("holds no access in 6 lines of lackey")
        .hasMessageContaining("--trace-mem=yes");
  }

  @Test
  void linesAreFoundAcrossTheEdgesOfTheWindow() throws Exception {
    StringBuilder text = new StringBuilder();
    int lines = 60_000;
    for (int i = 0; i < lines; i++) {
      text.append(" L %08x,%d\n".formatted(i * 3, i % 16 + 1));
    }
    Whole trace = Traces.read(text.toString());

    assertThat(trace.accesses()).hasSize(lines);
    for (int i = 0; i < lines; i++) {
      assertThat(trace.accesses().get(i)).isEqualTo(access(i * 3L, i % 16 + 1, READ));
    }
  }

  private static Traces.Read access(long address, int size, int kinds) {
    return new Traces.Read(address, size, kinds, 0, 0, 0, AccessBatch.NO_TIME);
  }
}
