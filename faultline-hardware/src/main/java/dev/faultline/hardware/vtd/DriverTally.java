package dev.faultline.hardware.vtd;

import java.util.concurrent.atomic.AtomicLongArray;

/// The driver's counters: written by whoever polls, one at a time, and read by anyone.
final class DriverTally {
  static final int RECORDS = 0;
  static final int REPORTS = 1;
  static final int REPORTED = 2;
  static final int UNKNOWN_DEVICE = 3;
  static final int MALFORMED = 4;
  static final int NON_FAULT = 5;
  static final int STALE = 6;
  static final int NOT_ATTACHED = 7;
  static final int ANSWERS = 8;
  static final int BUSY_ANSWERS = 9;
  static final int OVERFLOWS = 10;
  static final int OVERFLOWS_CLEARED = 11;
  static final int DISCARDED_PARTIALS = 12;
  private static final int COUNT = 13;

  private final AtomicLongArray counts = new AtomicLongArray(COUNT);

  void add(int counter, long n) {
    // A single writer at a time: no atomic addition needed.
    counts.setOpaque(counter, counts.getOpaque(counter) + n);
  }

  PageRequestDriverCounters snapshot() {
    return new PageRequestDriverCounters(
        counts.get(RECORDS),
        counts.get(REPORTS),
        counts.get(REPORTED),
        counts.get(UNKNOWN_DEVICE),
        counts.get(MALFORMED),
        counts.get(NON_FAULT),
        counts.get(STALE),
        counts.get(NOT_ATTACHED),
        counts.get(ANSWERS),
        counts.get(BUSY_ANSWERS),
        counts.get(OVERFLOWS),
        counts.get(OVERFLOWS_CLEARED),
        counts.get(DISCARDED_PARTIALS));
  }
}
