package dev.faultline.hardware.vtd;

import dev.faultline.iopf.PageRequestBuffer;

/// Where the driver reports the requests of one device.
interface RequestTarget {
  /// Reports a batch; the statuses are in the buffer afterwards.
  void report(PageRequestBuffer batch);

  /// Returns the fault queue behind the target; compared by identity.
  Object queue();

  /// Drops all partial groups of that fault queue and returns how many requests went.
  int discardPartials();

  /// Returns whether this is the target for `producer`.
  boolean isFor(Object producer);
}
