package dev.faultline.hardware.vtd;

/// What a page request queue's hardware side has done since it was made.
///
/// @param written requests and stop markers that were written into the ring
/// @param unwritten requests and stop markers that found the ring full or overflowed
/// @param overflows how often the overflow bit went from 0 to 1
/// @param interrupts how often the interrupt was raised
public record PageRequestQueueCounters(
    long written, long unwritten, long overflows, long interrupts) {}
