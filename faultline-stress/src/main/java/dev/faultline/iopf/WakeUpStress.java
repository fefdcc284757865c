package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// Lanes that workers stop looking at while groups come: no group is overlooked.
///
/// After every round the worker looks once more, as one would that was woken by the bit: a group
/// whose lane has lost its bit stays unanswered.
public final class WakeUpStress {
  private WakeUpStress() {}

  /// A worker finds the lane empty and clears its bit while the reporter publishes and looks at it.
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "The group was run, at once or after the signal.")
  @Outcome(expect = FORBIDDEN, desc = "The bit is lost: nobody will look at the group.")
  @State
  public static class DeactivateVersusSignal {
    private final Rig rig = Rig.stepped();

    public DeactivateVersusSignal() {
      // The worker has run a group, but has not found the lane empty yet: its bit is set.
      rig.reportLast(1);
      rig.queue.step(0, 1);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void reporter() {
      rig.reportLast(2);
    }

    @Arbiter
    public void rest(I_Result r) {
      rig.step(0);
      r.r1 = rig.answers.of(2);
    }
  }

  /// A worker still looks at the lane of a removed device while another device gets its place
  /// (lesson L62).
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The new device's group was run.")
  @Outcome(
      expect = FORBIDDEN,
      desc = "The bit of the new device's lane was cleared for the old one.")
  @State
  public static class DeactivateVersusNewDevice {
    private final Rig rig = Rig.stepped();
    private final FaultDevice next = new FaultDevice("next", rig.answers, true);

    public DeactivateVersusNewDevice() {
      next.routes().set(Pasid.NONE, Rig::succeed);
      rig.reportLast(1);
      rig.queue.step(0, 1);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void driver() {
      rig.producer.remove();
      FaultProducer producer = rig.queue.addDevice(next);
      Rig.report(producer, 2, true);
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.step(0);
      r.r1 = rig.answers.of(1);
      r.r2 = rig.answers.of(2);
    }
  }
}
