package dev.faultline.model.iommu;

/// What an IOMMU can tell a device that sits behind it.
public interface Endpoint {
  /// Returns the device's requester id (PCI BDF).
  int requesterId();

  /// Delivers a page request group response. Called by the thread that runs the IOMMU's command
  /// queue, or by the thread that sent the request when the IOMMU answers by itself (overflow).
  ///
  /// @param pasid the PASID in the response, or `Pasid.NONE`
  /// @param groupIndex page request group index, 9 bits
  /// @param code PCI Express response code: 0 success, 1 invalid request, 15 response failure
  void pageResponse(int pasid, int groupIndex, int code);

  /// Invalidates translations in the device's translation cache; returns when none of them is used
  /// any more. Any thread may call it.
  ///
  /// @param pasid the PASID, or `Pasid.NONE`
  /// @param address byte address of the first page
  /// @param bytes length of the range in bytes
  void invalidate(int pasid, long address, long bytes);
}
