package dev.faultline.iopf;

/// The hardware queue below a fault queue, as flush needs it: the driver's "report everything that
/// you still hold for this device and PASID" (rule Q60, first stage).
@FunctionalInterface
public interface LowLevelQueue {
  /// Reports what was in the hardware queue for the scope when it was called, then returns. It may
  /// report faults of this very device: no lock of the engine is held.
  ///
  /// @param producer whose requests are wanted
  /// @param pasid a PASID, [Pasid#NONE] or [Pasid#ALL]
  void flush(FaultProducer producer, int pasid);
}
