package dev.faultline.hardware.vtd;

/// What a command queue has done since it was made.
///
/// @param inserted descriptors put into the queue
/// @param full insertions refused because there was no room
/// @param delivered page group responses handed to the sink
/// @param failed page group responses whose sink threw
/// @param ignored descriptors that were no page group response
public record CommandQueueCounters(
    long inserted, long full, long delivered, long failed, long ignored) {}
