package dev.faultline.app.replay;

import dev.faultline.iopf.FaultGroup;
import dev.faultline.iopf.FaultHandler;
import java.util.concurrent.atomic.LongAdder;

/// Checks for every group that it is resolved in the address space that owns its PASID (invariant
/// I3), then passes it on.
final class CheckedHandler implements FaultHandler {
  private final FaultHandler handler;
  private final int pasid;
  private final LongAdder checked;
  private final LongAdder violations;

  CheckedHandler(FaultHandler handler, int pasid, LongAdder checked, LongAdder violations) {
    this.handler = handler;
    this.pasid = pasid;
    this.checked = checked;
    this.violations = violations;
  }

  @Override
  public void handle(FaultGroup group) throws Exception {
    checked.increment();
    if (group.pasid() != pasid) {
      violations.increment();
    }
    handler.handle(group);
  }
}
