package dev.faultline.app;

/// A command cannot go on for a reason that the user can do something about: one line of message
/// and an exit code, no stack trace.
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// The input or a value on the command line is wrong.
  ///
  /// @param message what is wrong, where, and what would be right
  public static CommandFailure badInput(String message) {
    return new CommandFailure(ExitCodes.BAD_INPUT, message);
  }

  /// This machine does not offer what is needed.
  ///
  /// @param message what is missing and what to do about it
  public static CommandFailure notAvailable(String message) {
    return new CommandFailure(ExitCodes.NOT_AVAILABLE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
