package dev.faultline.iopf;

/// The fields of a lane that change: first what only the reporter touches, under the producer's
/// lock, then what takers write, with room between and behind. A superclass lies first in memory,
/// so the fields of the lane itself, which both sides only read, share no cache line with either.
abstract sealed class LaneState permits FaultLane {
  @SuppressWarnings("NullAway.Init") // set by the constructor of the lane
  FaultLane.Segment writeSegment;

  long tail;
  long headSeen;
  long published;
  long admitted;
  long completedSeen;

  @SuppressWarnings("unused") // room
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

  /// The segment of the head or an earlier one; a hint, so a plain field: takers walk on from it.
  @SuppressWarnings("NullAway.Init") // set by the constructor of the lane
  FaultLane.Segment readSegment;

  /// Empty polls in a row by workers; a heuristic, so races do not matter.
  int emptyPolls;

  @SuppressWarnings("unused") // room
  private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15;
}
