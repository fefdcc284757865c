package dev.faultline.app;

import dev.faultline.app.bench.BenchCommand;
import dev.faultline.app.replay.ReplayCommand;
import dev.faultline.app.script.ScriptCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The root command `faultline`.
@Command(
    name = "faultline",
    description = "Handles I/O page faults of devices that share address spaces, and measures it.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    subcommandsRepeatable = false,
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the run found failures (an invariant broken, differences)",
      "2:wrong usage or bad input",
      "3:not available on this machine"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  faultline replay examples/sqlite3.lackey.gz --maps examples/sqlite3.maps",
      "  faultline script examples/scripts/first-fault.script",
      "  faultline bench engine --json",
      "  faultline help script"
    },
    subcommands = {
      ReplayCommand.class,
      ScriptCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {
  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an unexpected error.")
  @SuppressWarnings("unused") // read through the parse result
  private boolean stackTrace;

  @Spec
  @SuppressWarnings("NullAway.Init") // by picocli
  private CommandSpec spec;

  /// Runs the program and ends the JVM with its exit code.
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /// Returns the command line, ready to be executed.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Failures::usage)
        .setExecutionExceptionHandler(Failures::execution);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}
