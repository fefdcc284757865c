package dev.faultline.model.mm;

/// What an address space has done so far. Counters are exact once it is idle.
///
/// @param minorFaults demanded pages made present without reading a file or swap
/// @param fileReads pages read from a file
/// @param swapIns pages read back from swap
/// @param copyOnWrites pages given a private copy because of a write, the zero page included
/// @param zeroFills frames filled with zeros; the shared zero page is not one
/// @param evictions pages taken away by reclaim
/// @param writeBacks evicted pages that were written back to their file
/// @param aroundPages pages made present around demanded ones
/// @param invalidAddress requests refused for want of an area, or behind the end of a file
/// @param invalidPermission requests refused for want of a permission
/// @param outOfFrames requests refused for want of a frame
/// @param resident pages that hold a frame now
/// @param maxResident most pages that held a frame at a time
/// @param distinctPages different pages that were ever present
public record AddressSpaceStatistics(
    long minorFaults,
    long fileReads,
    long swapIns,
    long copyOnWrites,
    long zeroFills,
    long evictions,
    long writeBacks,
    long aroundPages,
    long invalidAddress,
    long invalidPermission,
    long outOfFrames,
    int resident,
    int maxResident,
    long distinctPages) {}
