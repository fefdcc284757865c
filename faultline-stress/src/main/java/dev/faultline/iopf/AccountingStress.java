package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// What is counted must add up when all is quiet, whatever has raced (rules Q70, Q80, lessons L43,
/// L44).
public final class AccountingStress {
  private AccountingStress() {}

  private static int balanced(Rig rig) {
    return rig.isBalanced() ? 1 : 0;
  }

  /// The hardware queue overflows while a group comes in two reports.
  @JCStressTest
  @Outcome(
      id = "1, 1",
      expect = ACCEPTABLE,
      desc = "One answer, and every request is accounted for.")
  @Outcome(expect = FORBIDDEN, desc = "A request was counted twice or never, or not answered.")
  @State
  public static class ReportVersusOverflow {
    private final Rig rig = Rig.stepped();

    @Actor
    public void reporter() {
      rig.reportPartial(1);
      rig.reportLast(1);
    }

    @Actor
    public void overflow() {
      rig.queue.discardPartials();
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.step(0);
      r.r1 = rig.answers.total();
      r.r2 = balanced(rig);
    }
  }

  /// A device is removed while a worker answers its group: the queue goes on counting for it.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One answer, counted once.")
  @Outcome(expect = FORBIDDEN, desc = "The answer was not counted, or twice.")
  @State
  public static class AnswerVersusRemove {
    private final Rig rig = Rig.stepped();

    public AnswerVersusRemove() {
      rig.reportLast(1);
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
    public void rest(II_Result r) {
      r.r1 = rig.answers.total();
      r.r2 = balanced(rig);
    }
  }

  /// Somebody reads the statistics while a device is removed: nothing is counted twice afterwards.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Reading has disturbed nothing.")
  @Outcome(expect = FORBIDDEN, desc = "The removed device is counted twice or not at all.")
  @State
  public static class StatisticsVersusRemove {
    private final Rig rig = Rig.stepped();

    public StatisticsVersusRemove() {
      rig.reportLast(1);
    }

    @Actor
    public void reader() {
      rig.queue.statistics();
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = (int) rig.queue.statistics().count(FaultCounter.GROUPS);
      r.r2 = balanced(rig);
    }
  }
}
