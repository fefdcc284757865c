package dev.faultline.hardware.vtd;

import dev.faultline.iopf.PageRequestBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A target that remembers what it was told, group indices only.
final class RecordingTarget implements RequestTarget {
  final List<Integer> groupIndices = Collections.synchronizedList(new ArrayList<>());
  final List<Integer> batchSizes = Collections.synchronizedList(new ArrayList<>());
  final Object queue;
  volatile Runnable onReport = () -> {};
  volatile Runnable onDiscard = () -> {};
  volatile int discards;

  RecordingTarget() {
    this(new Object());
  }

  RecordingTarget(Object queue) {
    this.queue = queue;
  }

  @Override
  public void report(PageRequestBuffer batch) {
    batchSizes.add(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      groupIndices.add(batch.groupIndex(i));
    }
    onReport.run();
  }

  @Override
  public Object queue() {
    return queue;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one polling thread at a time
  public int discardPartials() {
    discards++;
    onDiscard.run();
    return 1;
  }

  @Override
  public boolean isFor(Object producer) {
    return producer == this;
  }
}
