package dev.faultline.hardware;

import dev.faultline.iopf.ResponseCode;

/// Answers a page request group that never reached the fault engine: its device is unknown, its
/// record is malformed, or it was in the ring before the driver was (rule R2).
@FunctionalInterface
public interface DirectResponder {
  /// Sends one page group response. Called by the thread that polls the ring.
  ///
  /// @param requesterId requester id that the record names
  /// @param pasid PASID that the record carries, or `Pasid.NONE`
  /// @param groupIndex page request group index
  /// @param code the answer
  /// @return true if it was taken, false if the command queue is full; the driver then keeps the
  ///   answer and tries again
  boolean respond(int requesterId, int pasid, int groupIndex, ResponseCode code);
}
