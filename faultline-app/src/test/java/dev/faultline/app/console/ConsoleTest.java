package dev.faultline.app.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final Screen TERMINAL = new Screen(true, false, true, 100);

  @Test
  void numbersHaveUnits() {
    assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Figures.duration(0)).isEqualTo("0 ns");
    assertThat(Figures.duration(12_300)).isEqualTo("12.3 µs");
    assertThat(Figures.duration(999_700)).isEqualTo("1.00 ms");
    assertThat(Figures.duration(205e9)).isEqualTo("3:25");
    assertThat(Figures.duration(3_723e9)).isEqualTo("1:02:03");
    assertThat(Figures.bytes(4_500_000)).isEqualTo("4.50 MB");
    assertThat(Figures.rate(1_234_567)).isEqualTo("1.23 M/s");
    assertThat(Figures.brief(17L)).isEqualTo("17");
    assertThat(Figures.percent(0.1234)).isEqualTo("12.3 %");
  }

  @Test
  void tablesAlignFiguresToTheRight() {
    TextTable table = new TextTable("name", "n").row("µ", "1").row("longer", "1,000");
    assertThat(table.render(Screen.plain(80)))
        .isEqualTo("name        n\n─────────────\nµ           1\nlonger  1,000\n");
    assertThatIllegalArgumentException().isThrownBy(() -> table.row("one"));
  }

  @Test
  void narrowTablesBecomeBlocks() {
    TextTable table = new TextTable("stage", "p50", "p99.9").row("wait in queue", "1 µs", "20 µs");
    assertThat(table.render(Screen.plain(20)))
        .isEqualTo("wait in queue\n  p50    1 µs\n  p99.9  20 µs\n");
  }

  @Test
  void theLineShowsEverythingIfItFits() {
    ProgressSample sample = new ProgressSample(42, 100, 1_000, 18, 12_300);
    String line = new ProgressLine("replay").render(sample, 1.23e6, 34, TERMINAL);
    assertThat(line)
        .contains("━━")
        .contains(" 42 %", "1.23 M faults/s", "queue 18", "p99 12.3 µs", "left 0:34");
    assertThat(line.length()).isLessThan(100);
  }

  @Test
  void theLineNeverWraps() {
    ProgressSample sample = new ProgressSample(42, 100, 1_000, 1_800, 12_300);
    ProgressLine line = new ProgressLine("replay");
    for (int width = 10; width < 120; width++) {
      Screen screen = new Screen(true, false, true, width);
      assertThat(line.render(sample, 1.23e6, 3_400, screen).length()).isLessThan(width);
    }
  }

  @Test
  void anUnknownTotalHasNoBarAndAnAsciiScreenNoUnicode() {
    ProgressLine line = new ProgressLine("replay");
    assertThat(line.render(new ProgressSample(42, 0, 0, 0, 0), 0, -1, TERMINAL))
        .doesNotContain("━")
        .doesNotContain("%");
    Screen ascii = new Screen(true, false, false, 100);
    assertThat(line.render(new ProgressSample(50, 100, 0, 0, 0), 0, 1, ascii)).contains("###...");
  }

  @Test
  void aTerminalGetsOneLineThatIsClearedAtTheEnd() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AtomicLong faults = new AtomicLong();
    Progress progress = progress(bytes, faults, TERMINAL);
    faults.set(1_000_000);
    progress.show(System.nanoTime() + 1_000_000_000L);
    progress.close();
    progress.close();
    progress.show(System.nanoTime());
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\r\033[K").endsWith("\r\033[K").contains("faults/s");
    assertThat(text).doesNotContain("\n");
  }

  @Test
  void elsewherePlainLinesArePrinted() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Progress progress = progress(bytes, new AtomicLong(), Screen.plain(80));
    progress.show(System.nanoTime() + 1_000_000_000L);
    progress.close();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("\033").endsWith("\n");
  }

  private static Progress progress(ByteArrayOutputStream bytes, AtomicLong faults, Screen screen) {
    return new Progress(
        "replay",
        () -> new ProgressSample(1, 2, faults.get(), 3, 4),
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        screen);
  }
}
