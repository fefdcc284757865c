package dev.faultline.hardware.vtd;

/// What a page request driver has done since it was made.
///
/// @param records records taken from the ring; the sum of `reported`, `unknownDevice`, `malformed`,
///   `nonFault` and `stale`
/// @param reports batches reported to the fault engine
/// @param reported page requests and stop markers in them
/// @param unknownDevice records whose requester id is not attached
/// @param malformed page requests that break their format
/// @param nonFault records that are no page requests
/// @param stale records that were in the ring before the driver was
/// @param notAttached last requests that the engine handed back because their device had gone
/// @param answers answers that the driver sent itself
/// @param busyAnswers answers of its own that found the command queue full and were kept
/// @param overflows overflows seen
/// @param overflowsCleared overflows cleared
/// @param discardedPartials partial requests dropped because of overflows
public record PageRequestDriverCounters(
    long records,
    long reports,
    long reported,
    long unknownDevice,
    long malformed,
    long nonFault,
    long stale,
    long notAttached,
    long answers,
    long busyAnswers,
    long overflows,
    long overflowsCleared,
    long discardedPartials) {}
