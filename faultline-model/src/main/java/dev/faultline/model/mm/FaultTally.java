package dev.faultline.model.mm;

import java.util.concurrent.atomic.LongAdder;

/// The counters of an address space; none is touched for a page that is already present.
final class FaultTally {
  final LongAdder minorFaults = new LongAdder();
  final LongAdder fileReads = new LongAdder();
  final LongAdder swapIns = new LongAdder();
  final LongAdder copyOnWrites = new LongAdder();
  final LongAdder zeroFills = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder writeBacks = new LongAdder();
  final LongAdder aroundPages = new LongAdder();
  final LongAdder invalidAddress = new LongAdder();
  final LongAdder invalidPermission = new LongAdder();
  final LongAdder outOfFrames = new LongAdder();

  AddressSpaceStatistics snapshot(ResidentPages resident, long distinctPages) {
    return new AddressSpaceStatistics(
        minorFaults.sum(),
        fileReads.sum(),
        swapIns.sum(),
        copyOnWrites.sum(),
        zeroFills.sum(),
        evictions.sum(),
        writeBacks.sum(),
        aroundPages.sum(),
        invalidAddress.sum(),
        invalidPermission.sum(),
        outOfFrames.sum(),
        resident.count(),
        resident.max(),
        distinctPages);
  }
}
