package dev.faultline.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs a program that prints one line of figures.
final class ChildProcess {
  private ChildProcess() {}

  /// Runs a program to its end.
  ///
  /// @return what it printed; its errors go to ours
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var output = process.inputReader()) {
      String text = output.readAllAsString();
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException("ended with code " + code + ": " + String.join(" ", command));
      }
      return text;
    } finally {
      process.destroy();
    }
  }

  /// Returns the number behind a name in what a program printed.
  ///
  /// @param separator what stands between them, as a regular expression
  static double number(String text, String name, String separator) throws IOException {
    Matcher matcher = Pattern.compile(name + separator + "([0-9.]+)").matcher(text);
    if (!matcher.find()) {
      throw new IOException("no " + name + " in: " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
