package dev.faultline.app.script;

import dev.faultline.app.CommandFailure;
import dev.faultline.app.ExitCodes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command `script`: drives the fault queue's API event by event.
@Command(
    name = "script",
    description = {
      "Drive the fault queue event by event and print every call, status and answer.",
      "",
      "The file has one event per line; the output is the same every time. The format is in"
          + " docs/event-scripts.md."
    },
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%nParameters:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  faultline script examples/scripts/first-fault.script",
      "  printf 'alloc q\\nstate\\n' | faultline script -"
    })
public final class ScriptCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Parameters(paramLabel = "FILE", description = "The script; - is standard input.")
  @SuppressWarnings("NullAway.Init") // by picocli
  private String file;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say on standard error why an event was refused.")
  private boolean verbose;

  /// Made by picocli.
  public ScriptCommand() {}

  @Override
  public Integer call() throws IOException {
    boolean piped = file.equals(STANDARD_INPUT);
    ScriptParser.Script script = ScriptParser.parse(piped ? "standard input" : file, lines(piped));
    if (!script.mistakes().isEmpty()) {
      throw CommandFailure.badInput(
          String.join("\nfaultline: ", script.mistakes()) + summary(script.mistakes().size()));
    }
    StringBuilder text = new StringBuilder();
    StringBuilder reasons = new StringBuilder();
    List<String> violations =
        new ScriptRunner(new ScriptOutput(text, reasons)).run(script.events());
    PrintStream out = System.out;
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
    if (verbose) {
      System.err.print(reasons);
    }
    violations.forEach(violation -> System.err.println("faultline: " + violation));
    return violations.isEmpty() ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  private static String summary(int mistakes) {
    return mistakes == 1 ? "" : "\nfaultline: " + mistakes + " mistakes, nothing was run";
  }

  private List<String> lines(boolean piped) throws IOException {
    try {
      if (piped) {
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      }
      Path path = Path.of(file);
      if (Files.isDirectory(path)) {
        throw CommandFailure.badInput(file + ": is a folder; expected a script");
      }
      return Files.readAllLines(path);
    } catch (MalformedInputException e) {
      throw CommandFailure.badInput(file + ": is not a text file in UTF-8");
    }
  }
}
