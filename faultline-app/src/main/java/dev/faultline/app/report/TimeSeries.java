package dev.faultline.app.report;

import java.util.List;

/// Values in equal steps of time from the run's beginning.
///
/// @param name what it shows
/// @param unit unit of a value, may be empty
/// @param widthNs width of a step
/// @param values one value for each step
public record TimeSeries(String name, String unit, long widthNs, List<Double> values) {
  /// Copies the list.
  public TimeSeries {
    if (widthNs < 1) {
      throw new IllegalArgumentException("step of " + widthNs + " ns; expected 1 ns or more");
    }
    values = List.copyOf(values);
  }

  double max() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  double seconds() {
    return values.size() * (widthNs / 1e9);
  }
}
