package dev.faultline.app;

import dev.faultline.trace.TraceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what goes wrong into one line on standard error and an exit code.
final class Failures {
  private Failures() {}

  static int usage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("faultline: " + firstLine(failure.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("Usage and examples: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCodes.BAD_INPUT;
  }

  static int execution(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (parsed.hasMatchedOption("--stacktrace") || anyHas(parsed)) {
      failure.printStackTrace(err);
    }
    if (failure instanceof CommandFailure known) {
      err.println("faultline: " + known.getMessage());
      return known.exitCode();
    }
    if (failure instanceof TraceException) {
      err.println("faultline: " + failure.getMessage());
      return ExitCodes.BAD_INPUT;
    }
    if (failure instanceof NoSuchFileException file) {
      err.println("faultline: " + file.getFile() + ": there is no such file");
      return ExitCodes.BAD_INPUT;
    }
    if (failure instanceof AccessDeniedException file) {
      err.println("faultline: " + file.getFile() + ": access denied");
      return ExitCodes.BAD_INPUT;
    }
    String kind = failure instanceof IOException ? "input or output failed" : "unexpected error";
    err.println("faultline: " + kind + ": " + firstLine(failure.toString()));
    err.println("(--stacktrace shows where it happened)");
    return ExitCodes.FAILED;
  }

  private static boolean anyHas(ParseResult parsed) {
    ParseResult at = parsed;
    while (at.hasSubcommand()) {
      at = at.subcommand();
      if (at.hasMatchedOption("--stacktrace")) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(@Nullable String text) {
    return String.valueOf(text).lines().findFirst().orElse("");
  }
}
