package dev.faultline.iopf;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/// Log lines, at most so many in a second: a broken device must not flood the log (lesson L109).
/// What is left out is counted. Never called with a lock of the engine held, never on the hot path.
final class RateLimitedLog {
  private static final Logger LOG = System.getLogger("dev.faultline.iopf");
  private static final long SECOND_NS = 1_000_000_000L;

  private final FaultClock clock;
  private final int linesPerSecond;
  private final AtomicLong suppressed = new AtomicLong();
  private long windowStartNs;
  private int lines;
  private boolean started;

  RateLimitedLog(FaultClock clock, int linesPerSecond) {
    this.clock = clock;
    this.linesPerSecond = linesPerSecond;
  }

  /// Returns whether a line may be written now; if not, it counts as suppressed. Ask before the
  /// line is put together.
  synchronized boolean permits() {
    long now = clock.nanoTime();
    if (!started || now - windowStartNs >= SECOND_NS) {
      started = true;
      windowStartNs = now;
      lines = 0;
    }
    if (lines >= linesPerSecond) {
      suppressed.incrementAndGet();
      return false;
    }
    lines++;
    return true;
  }

  void warn(String line) {
    LOG.log(Level.WARNING, line);
  }

  void warn(String line, Throwable cause) {
    LOG.log(Level.WARNING, line, cause);
  }

  long suppressed() {
    return suppressed.get();
  }
}
