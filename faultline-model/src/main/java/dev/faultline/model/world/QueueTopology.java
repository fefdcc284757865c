package dev.faultline.model.world;

/// Which devices share a fault queue (rule Q1).
public enum QueueTopology {
  /// One queue for everything.
  GLOBAL,
  /// One queue for each IOMMU.
  IOMMU,
  /// One queue for each hardware page request queue. A VT-d IOMMU has one, so this equals [#IOMMU]
  /// there.
  LOW_LEVEL_QUEUE,
  /// One queue for each address space.
  DOMAIN,
  /// One queue for each device.
  DEVICE;

  /// Returns the name of the queue for a device.
  String queueName(int iommu, int domain, int device) {
    return switch (this) {
      case GLOBAL -> "global";
      case IOMMU -> "iommu" + iommu;
      case LOW_LEVEL_QUEUE -> "ring" + iommu;
      case DOMAIN -> "domain" + domain;
      case DEVICE -> "device" + device;
    };
  }
}
