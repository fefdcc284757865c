package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Responses that the responder did not take at once: sent once, and a flush waits (rule Q53).
public final class UnsentStress {
  private UnsentStress() {}

  /// A queue whose only group has an answer that the responder did not take.
  private static Rig pending() {
    Rig rig = Rig.stepped();
    rig.answers.busy(1);
    rig.reportLast(1);
    rig.step(0);
    return rig;
  }

  /// Two threads retry.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Sent once.")
  @Outcome(expect = FORBIDDEN, desc = "Sent twice or never.")
  @State
  public static class RetryVersusRetry {
    private final Rig rig = pending();

    @Actor
    public void first() {
      rig.queue.retryUnsent();
    }

    @Actor
    public void second() {
      rig.queue.retryUnsent();
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.queue.retryUnsent();
      r.r1 = rig.answers.total();
      r.r2 = rig.queue.hasUnsent() ? 1 : 0;
    }
  }

  /// A worker retries while somebody flushes: the flush returns after the response has left.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The flush has waited for the response.")
  @Outcome(expect = FORBIDDEN, desc = "The flush returned too early, or the response left twice.")
  @State
  public static class RetryVersusFlush {
    private final Rig rig = pending();

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Actor
    public void flusher(II_Result r) {
      rig.flush();
      r.r1 = rig.answers.total();
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r2 = rig.answers.total();
    }
  }

  /// A worker retries while the device is removed: the answer was given, so the remove adds none.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The one answer has left.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers, or the response is stuck.")
  @State
  public static class RetryVersusRemove {
    private final Rig rig = pending();

    @Actor
    public void worker() {
      rig.queue.retryUnsent();
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.queue.retryUnsent();
      r.r1 = rig.answers.total();
      r.r2 = rig.queue.hasUnsent() ? 1 : 0;
    }
  }
}
