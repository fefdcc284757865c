package dev.faultline.iopf;

/// The stages of a page request group's way, in order; their times add up to the whole (lesson
/// L113).
public enum FaultStage {
  /// From the device's first request to the driver's report of it: the wait in the hardware ring.
  RING,
  /// From the first partial's report to the last request's.
  ASSEMBLE,
  /// From the last request's report until a worker takes the group.
  QUEUE,
  /// In the handler until it answers.
  RESOLVE,
  /// From the handler's answer until the responder has taken the response.
  ANSWER;

  private static final FaultStage[] ALL = values();
  static final int COUNT = ALL.length;

  static FaultStage of(int ordinal) {
    return ALL[ordinal];
  }
}
