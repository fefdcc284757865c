package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/// A delivered group and all who may end it: exactly one does (rule Q50, lessons L22, L64).
public final class DeliveredStress {
  private DeliveredStress() {}

  /// A queue whose only group was delivered.
  private static final class DeliveredRig {
    private DeliveredGroup handle;
    final Rig rig = new Rig(FaultWorkers.stepped(1), group -> handle = group.deliver());

    DeliveredRig() {
      rig.reportLast(1);
      rig.step(0);
    }

    int respond(ResponseCode code) {
      return handle.respond(code) == RespondStatus.SENT ? 1 : 0;
    }
  }

  /// Two threads answer.
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The first thread has answered.")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The second thread has answered.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or somebody was told wrong.")
  @State
  public static class RespondVersusRespond {
    private final DeliveredRig delivered = new DeliveredRig();

    @Actor
    public void first(III_Result r) {
      r.r1 = delivered.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void second(III_Result r) {
      r.r2 = delivered.respond(ResponseCode.FAILURE);
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r3 = delivered.rig.answers.total();
    }
  }

  /// One thread answers, the other removes the device and then answers too.
  @JCStressTest
  @Outcome(id = "1, 0, 1, 0", expect = ACCEPTABLE, desc = "The first thread has answered.")
  @Outcome(id = "0, 0, 1, 1", expect = ACCEPTABLE, desc = "The remove has answered INVALID.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or somebody was told wrong.")
  @State
  public static class RespondVersusRemoveAndRespond {
    private final DeliveredRig delivered = new DeliveredRig();

    @Actor
    public void responder(IIII_Result r) {
      r.r1 = delivered.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void removerAndResponder(IIII_Result r) {
      delivered.rig.producer.remove();
      r.r2 = delivered.respond(ResponseCode.FAILURE);
    }

    @Arbiter
    public void rest(IIII_Result r) {
      r.r3 = delivered.rig.answers.total();
      r.r4 = delivered.rig.answers.of(ResponseCode.INVALID);
    }
  }

  /// The handle is answered while a flush waits for it: the flush returns after the answer has
  /// left.
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The flush has waited for the answer.")
  @Outcome(expect = FORBIDDEN, desc = "The flush returned before the answer, or hangs.")
  @State
  public static class RespondVersusFlush {
    private final DeliveredRig delivered = new DeliveredRig();

    @Actor
    public void responder(III_Result r) {
      r.r1 = delivered.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void flusher(III_Result r) {
      r.r2 = delivered.rig.flush();
      r.r3 = delivered.rig.answers.total();
    }
  }

  /// A handler delivers, and answers from inside its call, while the device is removed.
  @JCStressTest
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The handle's SUCCESS was first.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The remove's INVALID was first.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or a garbled one.")
  @State
  public static class DeliverVersusRemove {
    private final Rig rig = new Rig(FaultWorkers.stepped(1), this::handle);

    public DeliverVersusRemove() {
      rig.reportLast(1);
    }

    private void handle(FaultGroup group) {
      DeliveredGroup handle = group.tryDeliver();
      if (handle != null) {
        handle.respond(ResponseCode.SUCCESS);
      }
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
      r.r1 = rig.answers.garbled();
      r.r2 = rig.answers.of(ResponseCode.SUCCESS);
      r.r3 = rig.answers.of(ResponseCode.INVALID);
    }
  }

  /// The slot of an answered group goes to the next group while an old handle still answers.
  @JCStressTest
  @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "The old handle was stale.")
  @Outcome(expect = FORBIDDEN, desc = "The old handle has answered the new group.")
  @State
  public static class OldHandleVersusNextGroup {
    private final DeliveredRig delivered = new DeliveredRig();
    private final DeliveredGroup old = delivered.handle;

    public OldHandleVersusNextGroup() {
      delivered.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void oldHandle(III_Result r) {
      r.r2 = old.respond(ResponseCode.FAILURE) == RespondStatus.SENT ? 1 : 0;
    }

    @Actor
    public void nextGroup() {
      delivered.rig.reportLast(2);
      delivered.rig.step(0);
      delivered.respond(ResponseCode.SUCCESS);
    }

    @Arbiter
    public void rest(III_Result r) {
      r.r1 = delivered.rig.answers.of(2);
      r.r3 = delivered.rig.answers.total();
    }
  }
}
