package dev.faultline.model.device;

import java.util.ArrayList;
import java.util.List;

/// The counters of a device's own thread.
final class DeviceTally {
  private static final int MAX_SAMPLES = 16;

  long accesses;

  /// Pages beyond one for each access.
  long extraPages;

  long misses;
  long translations;
  long requests;
  long groups;
  long retries;
  long splitRetries;
  long refaults;
  long stopMarkers;
  int maxOutstanding;
  private long success;
  private long invalid;
  private long failure;
  private long failed;
  private final List<FailedAccess> samples = new ArrayList<>(MAX_SAMPLES);

  void answered(int code) {
    switch (code) {
      case 0 -> success++;
      case 1 -> invalid++;
      default -> failure++;
    }
  }

  void failed(long address, int access, int code) {
    failed++;
    if (samples.size() < MAX_SAMPLES) {
      samples.add(new FailedAccess(address, access, code));
    }
  }

  List<FailedAccess> samples() {
    return List.copyOf(samples);
  }

  AcceleratorStatistics snapshot() {
    long pages = accesses + extraPages;
    return new AcceleratorStatistics(
        accesses,
        pages,
        pages - misses,
        misses,
        translations,
        requests,
        groups,
        success,
        invalid,
        failure,
        retries,
        splitRetries,
        failed,
        refaults,
        stopMarkers,
        maxOutstanding);
  }
}
