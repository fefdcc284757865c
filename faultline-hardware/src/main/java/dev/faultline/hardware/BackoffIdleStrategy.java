package dev.faultline.hardware;

import dev.faultline.iopf.FaultClock;

/// Spins, then yields, then asks for sleep.
///
/// Waking a thread that sleeps on another virtual processor costs 25 to 50 microseconds, so a
/// driver that has just worked stays awake for about as long as a wake-up would cost.
public final class BackoffIdleStrategy implements IdleStrategy {
  /// Time spent spinning by default, nanoseconds.
  public static final long DEFAULT_SPIN_NS = 10_000;

  /// Time spent awake after the last record by default, nanoseconds; spinning included.
  public static final long DEFAULT_AWAKE_NS = 50_000;

  private final FaultClock clock;
  private final long spinNs;
  private final long awakeNs;
  private long idleSinceNs;
  private boolean idle;

  /// Makes a strategy with the default times on the system clock.
  public BackoffIdleStrategy() {
    this(FaultClock.system(), DEFAULT_SPIN_NS, DEFAULT_AWAKE_NS);
  }

  /// Makes a strategy.
  ///
  /// @param clock where it reads the time
  /// @param spinNs nanoseconds to spin after the last record, at least 0
  /// @param awakeNs nanoseconds after the last record at which it asks for sleep, at least `spinNs`
  /// @throws IllegalArgumentException if the times are negative or out of order
  public BackoffIdleStrategy(FaultClock clock, long spinNs, long awakeNs) {
    if (spinNs < 0 || awakeNs < spinNs) {
      throw new IllegalArgumentException(
          "idle times must be 0 <= spin <= awake: spin "
              + spinNs
              + " ns, awake "
              + awakeNs
              + " ns");
    }
    this.clock = clock;
    this.spinNs = spinNs;
    this.awakeNs = awakeNs;
  }

  @SuppressWarnings("ThreadPriorityCheck") // yielding gives the processor to whoever is waited for
  @Override
  public boolean idle(int records) {
    if (records > 0) {
      idle = false;
      return false;
    }
    long now = clock.nanoTime();
    if (!idle) {
      idle = true;
      idleSinceNs = now;
    }
    long idleNs = now - idleSinceNs;
    if (idleNs >= awakeNs) {
      return true;
    }
    if (idleNs < spinNs) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
    return false;
  }
}
