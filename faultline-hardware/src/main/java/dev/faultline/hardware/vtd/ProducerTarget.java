package dev.faultline.hardware.vtd;

import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.PageRequestBuffer;

/// A device of the fault engine as a target.
record ProducerTarget(FaultProducer producer) implements RequestTarget {
  @Override
  public void report(PageRequestBuffer batch) {
    producer.report(batch);
  }

  @Override
  public Object queue() {
    return producer.queue();
  }

  @Override
  public int discardPartials() {
    return producer.queue().discardPartials();
  }

  @Override
  public boolean isFor(Object other) {
    return producer == other;
  }

  @Override
  public String toString() {
    return producer.device().name();
  }
}
