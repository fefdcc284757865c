package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// Flush beside everything else (rules Q60 to Q64, lessons L31, L52).
public final class FlushStress {
  private FlushStress() {}

  /// A group in two reports and a flush: the flush drops the partial if it comes between.
  @JCStressTest
  @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "The flush came before or after both.")
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The flush has dropped the partial.")
  @Outcome(expect = FORBIDDEN, desc = "The flush hangs, or the last request lost its answer.")
  @State
  public static class ReportVersusFlush {
    private final Rig rig = new Rig(FaultWorkers.stepped(1), this::handle);
    private volatile int size;

    private void handle(FaultGroup group) {
      size = group.size();
      group.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void reporter() {
      rig.reportPartial(1);
      rig.reportLast(1);
    }

    @Actor
    public void flusher(III_Result r) {
      r.r1 = rig.flush();
    }

    @Arbiter
    public void rest(III_Result r) {
      rig.step(0);
      r.r2 = size;
      r.r3 = rig.answers.total();
    }
  }

  /// A worker and a flush, one queued group: when the flush returns, the answer has left.
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Answered before the flush returned.")
  @Outcome(expect = FORBIDDEN, desc = "The flush returned while the group was open, or it hangs.")
  @State
  public static class WorkerVersusFlush {
    private final Rig rig = Rig.stepped();

    public WorkerVersusFlush() {
      rig.reportLast(1);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void flusher(III_Result r) {
      r.r1 = rig.flush();
      r.r2 = rig.answers.total();
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r3 = rig.answers.total();
    }
  }

  /// The reporter of an inline queue runs its group itself while another thread flushes: if the
  /// flush began when the group was in, it returns after the answer.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One answer, and the flush returned.")
  @Outcome(expect = FORBIDDEN, desc = "The flush hangs, or there are two answers or none.")
  @State
  public static class InlineReportVersusFlush {
    private final Rig rig = new Rig(FaultWorkers.caller(), Rig::succeed);

    @Actor
    public void reporter() {
      rig.reportLast(1);
    }

    @Actor
    public void flusher(II_Result r) {
      r.r1 = rig.flush();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r2 = rig.answers.total();
    }
  }

  /// Flush and remove want the same queued group.
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Answered before the flush returned.")
  @Outcome(
      id = "1, 0, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The group is void when the flush returns; the remove is just sending INVALID.")
  @Outcome(expect = FORBIDDEN, desc = "The flush hangs, or there are two answers or none.")
  @State
  public static class FlushVersusRemove {
    private final Rig rig = Rig.stepped();

    public FlushVersusRemove() {
      rig.reportLast(1);
    }

    @Actor
    public void flusher(III_Result r) {
      r.r1 = rig.flush();
      r.r2 = rig.answers.total();
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r3 = rig.answers.total();
    }
  }

  /// Two flushes of one device that has a partial and a queued group, and a remove behind one of
  /// them.
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Everybody returned; one answer.")
  @Outcome(expect = FORBIDDEN, desc = "Somebody hangs, or there are two answers or none.")
  @State
  public static class FlushVersusFlushAndRemove {
    private final Rig rig = Rig.stepped();

    public FlushVersusFlushAndRemove() {
      rig.reportPartial(2);
      rig.reportLast(1);
    }

    @Actor
    public void flusher(III_Result r) {
      r.r1 = rig.flush();
    }

    @Actor
    public void flusherAndRemover(III_Result r) {
      r.r2 = rig.flush();
      rig.producer.remove();
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r3 = rig.answers.total();
    }
  }

  /// A flush that discards, and a worker that has or has not begun.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The worker was first: SUCCESS.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Discarded: INVALID.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none.")
  @State
  public static class WorkerVersusDiscard {
    private final Rig rig = Rig.stepped();

    public WorkerVersusDiscard() {
      rig.reportLast(1);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void flusher() {
      rig.flushDiscarding();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.of(ResponseCode.SUCCESS);
      r.r2 = rig.answers.of(ResponseCode.INVALID);
    }
  }
}
