package dev.faultline.iopf;

/// Who runs the groups of a fault queue (rule Q2).
///
/// This, with [FaultClock], is all that the engine needs of the world: with [#stepped] nothing
/// happens but what the caller asks for, so that a simulation decides every interleaving.
public final class FaultWorkers {
  enum Kind {
    THREADS,
    CALLER,
    STEPPED
  }

  final Kind kind;
  private final int count;

  private FaultWorkers(Kind kind, int count) {
    this.kind = kind;
    this.count = count;
  }

  /// A pool of platform threads named `iopf/<queue>/<n>`. They spin for some tens of microseconds
  /// when they have nothing to do, then yield, then park: waking a thread on another core of a
  /// virtual machine costs 25 to 50 microseconds.
  ///
  /// @param count number of threads, 1 or more; the queue's maximum is checked when it is opened
  public static FaultWorkers threads(int count) {
    return new FaultWorkers(Kind.THREADS, count);
  }

  /// No thread: the reporting thread runs its groups itself, after its critical section.
  public static FaultWorkers caller() {
    return new FaultWorkers(Kind.CALLER, 0);
  }

  /// Workers that run only inside [FaultQueue#step], on the thread that calls it.
  ///
  /// @param count number of workers, 1 or more
  public static FaultWorkers stepped(int count) {
    return new FaultWorkers(Kind.STEPPED, count);
  }

  /// Returns the number of workers; 0 for [#caller].
  public int count() {
    return count;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case THREADS -> count + (count == 1 ? " thread" : " threads");
      case CALLER -> "caller";
      case STEPPED -> count + " stepped";
    };
  }
}
