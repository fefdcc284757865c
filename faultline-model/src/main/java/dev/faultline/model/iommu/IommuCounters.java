package dev.faultline.model.iommu;

/// What a modelled IOMMU has done since it was made. Requests are single pages, stop markers
/// included: `requests` is the sum of `enqueued`, `overflowDrops`, `refused` and `unknown`.
///
/// @param requests page requests and stop markers that devices sent
/// @param enqueued those that were written into the page request queue
/// @param overflowDrops those that found the queue full or overflowed
/// @param refused those of devices whose page requests are not enabled
/// @param unknown those whose requester id has no context entry; nobody can be answered
/// @param autoSuccess automatic Success answers, to last requests among `overflowDrops`
/// @param autoInvalid automatic Invalid Request answers, to last requests among `refused`
/// @param delivered page group responses from the command queue that reached their device
/// @param undeliverable page group responses whose requester id has no context entry any more
/// @param invalidations invalidations sent to endpoints
public record IommuCounters(
    long requests,
    long enqueued,
    long overflowDrops,
    long refused,
    long unknown,
    long autoSuccess,
    long autoInvalid,
    long delivered,
    long undeliverable,
    long invalidations) {}
