package dev.faultline.iopf;

/// The driver's side of an answer: puts a page group response into the IOMMU's command queue.
///
/// Called by the thread that answers: a worker, a flusher, `remove`, or the reporter for requests
/// that are refused. Several threads may call at once. No lock of the engine is held.
@FunctionalInterface
public interface PageResponder {
  /// Sends one response.
  ///
  /// @param response valid during the call only
  /// @return true if it was taken, false if the command queue is full: the engine then retries
  ///   until it is taken (rule Q53)
  boolean respond(PageResponse response);
}
