package dev.faultline.app.console;

/// How far a run is.
///
/// @param done what is done, in any unit
/// @param total what there is to do, in the same unit; 0 = unknown
/// @param faults page requests so far
/// @param queueDepth open groups now
/// @param p99Ns 99th percentile of the whole latency so far, nanoseconds; 0 = not known yet
public record ProgressSample(long done, long total, long faults, long queueDepth, long p99Ns) {
  /// Returns the part that is done, 0 to 1, or -1 if the total is not known.
  public double fraction() {
    return total <= 0 ? -1 : Math.clamp((double) done / total, 0, 1);
  }
}
