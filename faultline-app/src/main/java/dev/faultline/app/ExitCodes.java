package dev.faultline.app;

/// What the program's exit codes mean.
public final class ExitCodes {
  /// Done.
  public static final int DONE = 0;

  /// The run found failures, or the program itself failed.
  public static final int FAILED = 1;

  /// Wrong usage or bad input.
  public static final int BAD_INPUT = 2;

  /// Not available on this machine.
  public static final int NOT_AVAILABLE = 3;

  private ExitCodes() {}
}
