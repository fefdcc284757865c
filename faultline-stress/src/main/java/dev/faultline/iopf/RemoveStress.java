package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// Remove and reset beside everything else (rules Q20, Q33, lessons L21, L61 to L65).
public final class RemoveStress {
  private RemoveStress() {}

  /// A report and a remove: the status says who answers, and that one alone does.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Accepted, then voided by the remove.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Refused: the caller answers.")
  @Outcome(expect = FORBIDDEN, desc = "Nobody answers, or both.")
  @State
  public static class ReportVersusRemove {
    private final Rig rig = Rig.stepped();

    @Actor
    public void reporter(II_Result r) {
      r.r1 = rig.reportLast(1) == ReportStatus.QUEUED ? 1 : 0;
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.step(0);
      r.r2 = rig.answers.total();
    }
  }

  /// The same, and what is left behind: a lane that is gone must not keep the workers awake.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "No lane is active: workers may sleep.")
  @Outcome(expect = FORBIDDEN, desc = "The bit of a lane that is gone is set: workers never sleep.")
  @State
  public static class LateSignalVersusRemove {
    private final Rig rig = Rig.stepped();

    @Actor
    public void reporter() {
      rig.reportLast(1);
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(I_Result r) {
      rig.step(0);
      rig.step(0);
      r.r1 = rig.queue.hasActiveLanes() ? 1 : 0;
    }
  }

  /// A running handler answers while its device is removed.
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "The handler's SUCCESS was first.")
  @Outcome(id = "2, 0, 1", expect = ACCEPTABLE, desc = "Voided while it ran; its answer was stale.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Voided before it ran.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or the handler was told wrong.")
  @State
  public static class AnswerVersusRemove {
    private final Rig rig = new Rig(FaultWorkers.stepped(1), this::handle);
    private volatile int told;

    public AnswerVersusRemove() {
      rig.reportLast(1);
    }

    private void handle(FaultGroup group) {
      told = group.respond(ResponseCode.SUCCESS) == RespondStatus.SENT ? 1 : 2;
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r1 = told;
      r.r2 = rig.answers.of(ResponseCode.SUCCESS);
      r.r3 = rig.answers.of(ResponseCode.INVALID);
    }
  }

  /// Two removes at a time: idempotent.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "One answer, the device is free.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or the device stays attached.")
  @State
  public static class RemoveVersusRemove {
    private final Rig rig = Rig.stepped();

    public RemoveVersusRemove() {
      rig.reportLast(1);
    }

    @Actor
    public void first() {
      rig.producer.remove();
    }

    @Actor
    public void second() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.total();
      r.r2 = rig.producer.isAttached() ? 1 : 0;
    }
  }

  /// A reset forgets the group without an answer, unless the worker was first.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The worker was first.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Voided: the device has forgotten it.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers, or a reset that answers.")
  @State
  public static class WorkerVersusReset {
    private final Rig rig = Rig.stepped();

    public WorkerVersusReset() {
      rig.reportLast(1);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void resetter() {
      rig.producer.reset();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.of(ResponseCode.SUCCESS);
      r.r2 = rig.answers.of(ResponseCode.INVALID);
    }
  }

  /// Reset and remove at a time: whoever voids the group decides, and the device is detached.
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The reset was first: no answer.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The remove was first: INVALID.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers, or the reset has attached the device again.")
  @State
  public static class ResetVersusRemove {
    private final Rig rig = Rig.stepped();

    public ResetVersusRemove() {
      rig.reportLast(1);
    }

    @Actor
    public void resetter() {
      rig.producer.reset();
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.total();
      r.r2 = rig.reportLast(2) == ReportStatus.NOT_ATTACHED ? 0 : 1;
    }
  }
}
