package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// Workers of a queue and others who want the same queued group.
public final class TakeStress {
  private TakeStress() {}

  /// Two workers, one group.
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The first worker has run it.")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The second worker has run it.")
  @Outcome(expect = FORBIDDEN, desc = "It was run twice or never.")
  @State
  public static class WorkerVersusWorker {
    private final Rig rig = new Rig(FaultWorkers.stepped(2), Rig::succeed);

    public WorkerVersusWorker() {
      rig.reportLast(1);
    }

    @Actor
    public void first(III_Result r) {
      r.r1 = rig.step(0);
    }

    @Actor
    public void second(III_Result r) {
      r.r2 = rig.step(1);
    }

    @Arbiter
    public void answers(III_Result r) {
      r.r3 = rig.answers.total();
    }
  }

  /// A worker takes the group while another reports the next one: what the worker does not see, it
  /// finds the next time.
  @JCStressTest
  @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "The worker came too early for the second.")
  @Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "The worker has run both.")
  @Outcome(expect = FORBIDDEN, desc = "A group was lost or run twice.")
  @State
  public static class WorkerVersusReport {
    private final Rig rig = Rig.stepped();

    public WorkerVersusReport() {
      rig.reportLast(1);
    }

    @Actor
    public void worker(III_Result r) {
      r.r1 = rig.step(0);
    }

    @Actor
    public void reporter() {
      rig.reportLast(2);
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r2 = rig.step(0);
      r.r3 = rig.answers.total();
    }
  }

  /// Groups of one PASID on an ordered queue: never two at a time, and none is forgotten.
  @JCStressTest
  @Outcome(id = "2, 0, 12", expect = ACCEPTABLE, desc = "Both were run, one after the other.")
  @Outcome(expect = FORBIDDEN, desc = "Two at a time, out of order, or one was forgotten.")
  @State
  public static class OrderedWorkers {
    private final Rig rig =
        new Rig(Rig.config(FaultWorkers.stepped(2)).orderedPerPasid(true).build(), this::handle);
    private volatile int inside;
    private volatile int overlaps;
    private volatile int order;

    public OrderedWorkers() {
      rig.reportLast(1);
      rig.reportLast(2);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // that is what is tested
    private void handle(FaultGroup group) {
      if (inside++ != 0) {
        overlaps++;
      }
      order = order * 10 + group.groupIndex();
      inside--;
      group.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void first() {
      rig.step(0);
    }

    @Actor
    public void second() {
      rig.step(1);
    }

    @Arbiter
    public void rest(III_Result r) {
      rig.step(0);
      r.r1 = rig.answers.total();
      r.r2 = overlaps;
      r.r3 = order;
    }
  }
}
