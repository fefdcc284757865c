package dev.faultline.model.iommu;

/// What the IOMMU knows about one requester id: the context entry of a device.
final class DeviceContext {
  final int requesterId;
  final Endpoint endpoint;
  final PasidTable<PageTable> pageTables = new PasidTable<>();

  /// Whether page requests are accepted: the page request enable bit of the context entry.
  volatile boolean pageRequestsEnabled = true;

  DeviceContext(int requesterId, Endpoint endpoint) {
    this.requesterId = requesterId;
    this.endpoint = endpoint;
  }

  @Override
  public String toString() {
    return "endpoint 0x%x".formatted(requesterId);
  }
}
