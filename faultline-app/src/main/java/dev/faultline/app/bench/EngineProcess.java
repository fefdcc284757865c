package dev.faultline.app.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Measures one case in a JVM of its own, so that no case runs code that the compiler has shaped
/// for another one.
public final class EngineProcess {
  private EngineProcess() {}

  /// Entry point of the measuring JVM: prints one line of JSON.
  public static void main(String[] arguments) {
    EngineSetup setup = EngineSetup.ofArguments(arguments);
    int repetitions = Integer.parseInt(arguments[5]);
    long faults = Long.parseLong(arguments[6]);
    System.out.println(new EngineMeasurement(setup, repetitions, faults).run().toJson());
  }

  /// Starts a JVM for one case and returns what it measured.
  static EngineResult measure(EngineSetup setup, int repetitions, long faults)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(EngineProcess.class.getName());
    command.addAll(setup.toArguments());
    command.add(Integer.toString(repetitions));
    command.add(Long.toString(faults));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String line;
      try (var lines = process.inputReader()) {
        line = lines.readLine();
      }
      int code = process.waitFor();
      if (code != 0 || line == null) {
        throw new IOException("the measuring JVM ended with code " + code + ": " + setup);
      }
      return EngineResult.ofJson(line);
    } finally {
      process.destroy();
    }
  }
}
