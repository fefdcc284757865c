package dev.faultline.app.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The scripts in `examples` run.
class ExampleScriptsTest {
  @Test
  void everyExampleRuns() throws IOException {
    Path folder = Path.of("..", "examples", "scripts");
    List<Path> examples;
    try (Stream<Path> files = Files.list(folder)) {
      examples = files.filter(file -> file.toString().endsWith(".script")).sorted().toList();
    }
    assertThat(examples).hasSizeGreaterThanOrEqualTo(4);
    for (Path example : examples) {
      assertThat(ScriptGoldenTest.run(Files.readAllLines(example)))
          .as(example.toString())
          .contains("resp dev=")
          .endsWith("\n");
    }
  }
}
