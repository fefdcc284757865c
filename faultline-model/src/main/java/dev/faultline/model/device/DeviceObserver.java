package dev.faultline.model.device;

/// Told about a device's page requests, by the device's own thread. Must be quick and must not call
/// the device. Times are of the device's clock.
public interface DeviceObserver {
  /// A group is about to be sent.
  ///
  /// @param groupIndex its page request group index
  /// @param pages its number of requests
  /// @param raisedNs the time that its requests carry, nanoseconds
  default void groupRaised(int groupIndex, int pages, long raisedNs) {}

  /// The device has seen the answer to a group, and has retried or failed what waited for it.
  ///
  /// @param code PCI Express response code: 0 success, 1 invalid request, 15 response failure
  /// @param raisedNs when it was raised
  /// @param answeredNs when the device was done with the answer
  default void groupAnswered(int groupIndex, int pages, int code, long raisedNs, long answeredNs) {}

  /// An access has failed.
  ///
  /// @param address byte address of its first byte in the page
  /// @param access bits of `Access`
  /// @param code PCI Express response code, or [FailedAccess#ABANDONED]
  default void accessFailed(long address, int access, int code) {}
}
