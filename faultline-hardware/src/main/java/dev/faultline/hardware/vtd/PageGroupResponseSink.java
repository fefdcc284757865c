package dev.faultline.hardware.vtd;

/// Where the IOMMU's command processor sends the page group responses that it has decoded: over the
/// bus to the device.
@FunctionalInterface
public interface PageGroupResponseSink {
  /// Delivers one page group response. Called by the thread that drains the command queue, one call
  /// at a time.
  ///
  /// @param requesterId requester id of the function that asked
  /// @param pasid the PASID in the response, or `Pasid.NONE`
  /// @param groupIndex page request group index
  /// @param wireCode PCI Express response code, 0 to 15
  void deliver(int requesterId, int pasid, int groupIndex, int wireCode);
}
