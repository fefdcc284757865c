package dev.faultline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void helpAndVersionAreDone() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("script", "bench", "Examples:", "not available");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).contains("faultline ");
    assertThat(run("bench", "engine", "--help")).isZero();
  }

  @Test
  void wrongUsageIsOneClearMessage() {
    assertThat(run("scrip")).isEqualTo(2);
    assertThat(err.toString()).startsWith("faultline: Unmatched argument").contains("script");
    assertThat(run()).isEqualTo(2);
    assertThat(run("bench")).isEqualTo(2);
    assertThat(run("bench", "engine", "--workers", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("'x' is not an int").doesNotContain("\tat ");
  }

  @Test
  void badInputIsTwo(@TempDir Path folder) throws IOException {
    assertThat(run("script", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("there is no such file");
    Path script = Files.writeString(folder.resolve("s"), "alloc q\nfoo\n");
    assertThat(run("script", script.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("s:2: 'foo': expected alloc");
    assertThat(run("script", folder.toString())).isEqualTo(2);
    assertThat(run("bench", "engine", "--group-sizes", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("group size is 0; expected 1 to 1024");
  }

  @Test
  void anUnexpectedErrorIsOneLineWithAHint() {
    CommandLine line = Main.commandLine();
    line.addSubcommand("boom", new Boom());
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute("boom")).isEqualTo(1);
    assertThat(err.toString()).contains("unexpected error").contains("--stacktrace");
    assertThat(err.toString()).doesNotContain("\tat ");
    assertThat(line.execute("--stacktrace", "boom")).isEqualTo(1);
    assertThat(err.toString()).contains("\tat ");
  }

  @CommandLine.Command(name = "boom")
  private static final class Boom implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("boom\nsecond line");
    }
  }
}
