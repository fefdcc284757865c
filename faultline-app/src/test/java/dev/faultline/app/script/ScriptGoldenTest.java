package dev.faultline.app.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every `scripts/*.script` prints what stands in the `.expected` file beside it, byte for byte,
/// every time.
class ScriptGoldenTest {
  static Stream<String> scripts() throws IOException, URISyntaxException {
    List<String> names;
    try (Stream<Path> files = Files.list(folder())) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".script"))
              .sorted()
              .toList();
    }
    assertThat(names).hasSizeGreaterThanOrEqualTo(25);
    return names.stream();
  }

  private static Path folder() throws URISyntaxException {
    URL url = ScriptGoldenTest.class.getResource("/scripts/order-in-group.script");
    assertThat(url).isNotNull();
    return Path.of(url.toURI()).resolveSibling(".").normalize();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void printsWhatIsExpected(String name) throws IOException, URISyntaxException {
    Path script = folder().resolve(name);
    Path expected = folder().resolve(name.replace(".script", ".expected"));
    String first = run(Files.readAllLines(script));
    assertThat(first).isEqualTo(Files.readString(expected));
    assertThat(run(Files.readAllLines(script))).isEqualTo(first);
  }

  /// Runs a script and returns its lines.
  static String run(List<String> lines) {
    ScriptParser.Script script = ScriptParser.parse("test", lines);
    assertThat(script.mistakes()).isEmpty();
    StringBuilder text = new StringBuilder();
    ScriptRunner runner = new ScriptRunner(new ScriptOutput(text, new StringBuilder()));
    assertThat(runner.run(script.events())).isEmpty();
    return text.toString();
  }
}
