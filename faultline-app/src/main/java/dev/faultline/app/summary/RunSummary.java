package dev.faultline.app.summary;

import java.util.List;
import java.util.Map;

/// The figures of one run, as they stand in `summary.json` and as `--json` prints them: the
/// component names are the names in the JSON. Made by [#builder].
///
/// @param name what was run
/// @param accesses memory accesses that devices made
/// @param pages different pages that were touched
/// @param requests page requests received
/// @param groups page request groups handed to the workers
/// @param responses answers of these groups
/// @param dropped requests dropped or refused, by the counter's name in lower case
/// @param retries accesses that a device made again after SUCCESS
/// @param latencyNs by stage: ring, assemble, queue, resolve, answer, total
/// @param durationMs wall time of the run
/// @param throughput page requests in a second
/// @param invariants what was checked
/// @param seed where random choices came from
/// @param settings the settings as used
/// @param accounting what makes the figures add up
/// @param trace what was read
/// @param faultAround what fault-around did
/// @param invalidAccesses accesses outside of every mapping
/// @param devices one entry for each device
/// @param pasids one entry for each device and PASID
/// @param queues one entry for each fault queue
/// @param addressSpaces one entry for each address space
public record RunSummary(
    String name,
    long accesses,
    long pages,
    long requests,
    long groups,
    Responses responses,
    Map<String, Long> dropped,
    long retries,
    Map<String, LatencyFigures> latencyNs,
    double durationMs,
    double throughput,
    Invariants invariants,
    long seed,
    Map<String, Object> settings,
    Accounting accounting,
    Map<String, Object> trace,
    Map<String, Object> faultAround,
    InvalidAccesses invalidAccesses,
    List<Map<String, Object>> devices,
    List<Map<String, Object>> pasids,
    List<Map<String, Object>> queues,
    List<Map<String, Object>> addressSpaces) {
  /// Starts an empty summary.
  ///
  /// @param name what was run
  public static RunSummaryBuilder builder(String name) {
    return new RunSummaryBuilder(name);
  }

  /// Returns the requests that were dropped or refused, whatever the reason.
  public long droppedSum() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /// Returns whether every invariant held.
  public boolean holds() {
    return invariants.violations().isEmpty();
  }
}
