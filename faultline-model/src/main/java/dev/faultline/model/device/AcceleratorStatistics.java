package dev.faultline.model.device;

/// What a device has done so far. For a device at rest that was never reset `groups = success +
/// invalid + failure`; always `pageAccesses = cacheHits + cacheMisses`.
///
/// @param accesses accesses that were submitted and taken
/// @param pageAccesses pages touched by them: an access over two pages counts twice
/// @param cacheHits page accesses whose translation was in the cache
/// @param cacheMisses page accesses whose translation was not
/// @param translations translation requests sent
/// @param requests page requests sent, without stop markers
/// @param groups page request groups sent
/// @param success groups answered Success
/// @param invalid groups answered Invalid Request
/// @param failure groups answered anything else, which is a failure
/// @param retries pages that had no translation after a Success and were requested again (L26)
/// @param splitRetries pages that were requested again alone, since something else in their group
///   may have been what was invalid
/// @param failedAccesses page accesses that failed, whatever for
/// @param refaults page requests for pages that the device had translations of before
/// @param stopMarkers stop markers sent
/// @param maxOutstanding most page requests outstanding at a time
public record AcceleratorStatistics(
    long accesses,
    long pageAccesses,
    long cacheHits,
    long cacheMisses,
    long translations,
    long requests,
    long groups,
    long success,
    long invalid,
    long failure,
    long retries,
    long splitRetries,
    long failedAccesses,
    long refaults,
    long stopMarkers,
    int maxOutstanding) {}
