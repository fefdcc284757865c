package dev.faultline.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Nanoseconds for a fault, one figure for each round: median and range.
final class Figures {
  private final List<Double> values = new ArrayList<>();

  void add(double ns) {
    values.add(ns);
  }

  double median() {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f-%.1f)",
        median(),
        Collections.min(values),
        Collections.max(values));
  }
}
