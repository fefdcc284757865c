package dev.faultline.model.iommu;

/// What a device can ask of the IOMMU it sits behind. Any device thread may call; no call blocks on
/// software above the IOMMU.
public interface Iommu {
  /// PCI ATS translation request for one page.
  ///
  /// @return the access that is granted (bits of `dev.faultline.iopf.Access`), 0 if the page is not
  ///   present or the PASID is not bound
  int translate(int requesterId, int pasid, long address, int access);

  /// PCI page request message; fire and forget, as on the bus. The answer comes through
  /// [Endpoint#pageResponse].
  ///
  /// @param raisedNs when the device raised it, nanoseconds
  void pageRequest(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long raisedNs);
}
