package dev.faultline.app.summary;

import java.util.List;
import java.util.Map;

/// Accesses that no mapping of their address space allows.
///
/// @param count how many
/// @param samples the first few, each as named values
public record InvalidAccesses(long count, List<Map<String, Object>> samples) {
  /// Copies the list.
  public InvalidAccesses {
    samples = List.copyOf(samples);
  }
}
