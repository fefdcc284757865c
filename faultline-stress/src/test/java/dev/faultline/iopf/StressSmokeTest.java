package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/// A taste of the jcstress tests in every build, some ten seconds: that they start, and that the
/// shortest ones hold. The whole set takes long and is run by hand.
class StressSmokeTest {
  private static final String TESTS =
      "GroupStateStress|LaneStress|RemoveStress.AnswerVersusRemove|FlushStress.WorkerVersusFlush";

  private static final int LIMIT_SECONDS = 120;

  @TempDir Path folder;

  @Test
  void someRacesHold() throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Main.class.getName(),
                "-m",
                "sanity",
                "-c",
                "2",
                "-sc",
                "false",
                "-jvmArgs",
                "-Xmx256m -ea",
                "-t",
                TESTS)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("ends in time").isTrue();
      assertThat(process.exitValue()).as(tailOf(log)).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String tailOf(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }
}
