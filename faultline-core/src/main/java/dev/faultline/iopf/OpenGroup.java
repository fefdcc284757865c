package dev.faultline.iopf;

/// One open page request group or pending partial, as a snapshot shows it.
///
/// @param state QUEUED, RUNNING, DELIVERED, ANSWERING, or PARTIAL for a partial that waits
/// @param pasid its PASID or [Pasid#NONE]
/// @param groupIndex its page request group index
/// @param address byte address of its last request (of the partial itself)
/// @param access permissions of its last request, bits of [Access]
/// @param requests number of its requests
/// @param acceptedNs when its last request was reported (the partial itself); 0 if not timed
public record OpenGroup(
    String state,
    int pasid,
    int groupIndex,
    long address,
    int access,
    int requests,
    long acceptedNs) {}
