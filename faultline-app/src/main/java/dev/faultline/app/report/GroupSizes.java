package dev.faultline.app.report;

import java.util.ArrayList;
import java.util.List;

/// Counts page request groups by their number of requests: exact up to 8, powers of two above. Not
/// thread-safe.
public final class GroupSizes {
  private static final int EXACT = 8;
  private static final int BINS = EXACT + 24;

  private final long[] counts = new long[BINS];

  /// Makes an empty count.
  public GroupSizes() {}

  /// One bar of the histogram.
  ///
  /// @param from smallest size
  /// @param to largest size
  /// @param groups how many groups
  public record Bin(int from, int to, long groups) {
    String label() {
      return from == to ? Integer.toString(from) : "≤" + to;
    }
  }

  /// Counts a group.
  ///
  /// @param requests its size, 1 or more
  public void add(int requests) {
    counts[binOf(Math.max(1, requests))]++;
  }

  /// Adds what another one has counted.
  public void add(GroupSizes other) {
    for (int i = 0; i < BINS; i++) {
      counts[i] += other.counts[i];
    }
  }

  private static int binOf(int requests) {
    if (requests <= EXACT) {
      return requests - 1;
    }
    int power = Integer.SIZE - Integer.numberOfLeadingZeros(requests - 1);
    return Math.min(BINS - 1, EXACT + power - 4);
  }

  /// Returns the bins up to the last one that is not empty.
  public List<Bin> bins() {
    int last = BINS - 1;
    while (last >= 0 && counts[last] == 0) {
      last--;
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      int to = i < EXACT ? i + 1 : 1 << (i - EXACT + 4);
      bins.add(new Bin(i < EXACT ? to : to / 2 + 1, to, counts[i]));
    }
    return bins;
  }
}
