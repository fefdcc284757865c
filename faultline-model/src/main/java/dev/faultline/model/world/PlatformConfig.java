package dev.faultline.model.world;

import dev.faultline.iopf.FaultClock;
import dev.faultline.iopf.FaultListener;

/// What a platform is made of.
///
/// @param topology which devices share a fault queue
/// @param iommus number of IOMMUs; devices are dealt out to them in turn
/// @param workers worker threads of each fault queue; 0 = the driver thread handles faults itself
/// @param ringEntries entries of each IOMMU's page request queue, a power of two
/// @param reportBatch most requests in one report of a driver
/// @param orderedPerPasid whether groups of a device and PASID are handled in order
/// @param clock the time of everything
/// @param listener told about the events of every fault queue
public record PlatformConfig(
    QueueTopology topology,
    int iommus,
    int workers,
    int ringEntries,
    int reportBatch,
    boolean orderedPerPasid,
    FaultClock clock,
    FaultListener listener) {
  private static final int MAX_IOMMUS = 64;
  private static final int MAX_WORKERS = 64;
  private static final int MAX_RING = 16_384;

  /// Checks the numbers; the message names the value and its range.
  public PlatformConfig {
    require(iommus >= 1 && iommus <= MAX_IOMMUS, "iommus", iommus, "1 to " + MAX_IOMMUS);
    require(workers >= 0 && workers <= MAX_WORKERS, "workers", workers, "0 to " + MAX_WORKERS);
    require(
        ringEntries >= 2 && ringEntries <= MAX_RING && Integer.bitCount(ringEntries) == 1,
        "ring entries",
        ringEntries,
        "a power of two, 2 to " + MAX_RING);
    require(
        reportBatch >= 1 && reportBatch <= MAX_RING,
        "report batch",
        reportBatch,
        "1 to " + MAX_RING);
  }

  private static void require(boolean ok, String what, int value, String range) {
    if (!ok) {
      throw new IllegalArgumentException(what + " is " + value + "; expected " + range);
    }
  }
}
