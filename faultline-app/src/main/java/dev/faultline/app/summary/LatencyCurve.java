package dev.faultline.app.summary;

import java.util.List;

/// A cumulative distribution of latencies: how large a part of all took at most so long.
///
/// @param valuesNs latencies in nanoseconds, ascending
/// @param fractions part of all groups that took at most that long, 0 to 1
public record LatencyCurve(List<Double> valuesNs, List<Double> fractions) {
  /// Checks that both lists have the same length and copies them.
  public LatencyCurve {
    if (valuesNs.size() != fractions.size()) {
      throw new IllegalArgumentException(
          valuesNs.size() + " latencies, but " + fractions.size() + " fractions");
    }
    valuesNs = List.copyOf(valuesNs);
    fractions = List.copyOf(fractions);
  }
}
