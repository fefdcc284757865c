package dev.faultline.iopf;

/// Where the engine reads the time. Nothing else in the engine reads a clock, so that a simulation
/// can move time itself.
@FunctionalInterface
public interface FaultClock {
  /// Returns a time in nanoseconds from an arbitrary origin; never runs backwards. Called by every
  /// thread that reports, handles or flushes.
  long nanoTime();

  /// Returns the machine's monotonic clock.
  static FaultClock system() {
    return System::nanoTime;
  }
}
