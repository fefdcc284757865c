package dev.faultline.iopf;

/// What became of an attempt to answer a page request group.
public enum RespondStatus {
  /// This answer is the group's one answer, and the responder has taken it.
  SENT,
  /// This answer is the group's one answer; the responder was busy, the engine retries (rule Q53).
  PENDING,
  /// Somebody else has answered or voided the group: no effect (rules Q50, Q54).
  STALE,
  /// The handle was never given out by this queue: no effect (rule Q54).
  UNKNOWN
}
