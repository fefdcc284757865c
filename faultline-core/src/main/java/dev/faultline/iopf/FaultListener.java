package dev.faultline.iopf;

/// Told about what happens in a fault queue. Every method has an empty default.
///
/// Called without any lock of the engine by the thread that causes the event; several may call at
/// once. What a listener throws is counted and goes no further. A listener that wants
/// [#groupAnswered] makes every group be timed ([#wantsAnswers]).
public interface FaultListener {
  /// Does nothing.
  FaultListener NONE = new FaultListener() {};

  /// Returns whether [#groupAnswered] is wanted; asked once, when the queue is opened.
  default boolean wantsAnswers() {
    return false;
  }

  /// An event that is not a page request was reported (lesson L6).
  default void unrecoverableFault(
      FaultProducer producer, int requesterId, int pasid, long address, int access) {}

  /// Partials of a device were dropped since the hardware queue overflowed (rule Q70). Also told
  /// with 0: a last request may have been lost all the same.
  default void partialsLost(FaultProducer producer, int partials) {}

  /// A group has been open for longer than the response deadline (rule Q55). Told once for a group,
  /// before the policy is applied.
  default void groupStuck(FaultProducer producer, OpenGroup group) {}

  /// A group was answered, or voided by a reset (`sent` is false then).
  ///
  /// @param group its requests; valid during the call only
  /// @param raisedNs when the device raised its first request
  /// @param receivedNs when its first request was reported
  /// @param acceptedNs when its last request was reported
  /// @param takenNs when a worker took it
  /// @param resolvedNs when its handler answered
  /// @param answeredNs when the responder had taken the response
  default void groupAnswered(
      FaultGroup group,
      ResponseCode code,
      long raisedNs,
      long receivedNs,
      long acceptedNs,
      long takenNs,
      long resolvedNs,
      long answeredNs) {}

  /// A handler threw; its group is answered INVALID.
  default void handlerFailed(FaultProducer producer, Throwable failure) {}
}
