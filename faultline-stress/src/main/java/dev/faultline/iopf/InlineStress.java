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

/// Groups of an inline queue, which lie in the reporter's buffer while it runs them itself.
public final class InlineStress {
  private InlineStress() {}

  /// Reports two groups in one buffer; the handler keeps the second one, which is long enough that
  /// copying it takes a moment.
  private static final class BufferRig {
    private static final int REQUESTS = 33;

    final Rig rig = new Rig(FaultWorkers.caller(), this::handle);
    private final PageRequestBuffer buffer = new PageRequestBuffer(REQUESTS);
    private volatile DeliveredGroup handle;

    private void handle(FaultGroup group) {
      if (group.groupIndex() == 2) {
        handle = group.tryDeliver();
      } else {
        group.respond(ResponseCode.SUCCESS);
      }
    }

    BufferRig() {
      // What the first report makes is there: the races are those of later ones.
      rig.reportLast(0);
    }

    void report() {
      Rig.add(buffer, 1, true);
      for (int i = 2; i < REQUESTS; i++) {
        Rig.add(buffer, 2, false);
      }
      Rig.add(buffer, 2, true);
      rig.producer.report(buffer);
    }

    /// Returns the answers of a group index; the caller's own if the request was refused.
    int answers(int index) {
      int last = index == 1 ? 0 : REQUESTS - 1;
      int owed = buffer.status(last) == ReportStatus.NOT_ATTACHED ? 1 : 0;
      return rig.answers.of(index) + owed;
    }
  }

  /// The kept group leaves the buffer for room of its own while a remove copies it.
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Each group has its own answer.")
  @Outcome(expect = FORBIDDEN, desc = "An answer went to the wrong group, twice, or nowhere.")
  @State
  public static class DeliverVersusRemove {
    private final BufferRig inline = new BufferRig();

    @Actor
    public void reporter() {
      inline.report();
    }

    @Actor
    public void remover() {
      inline.rig.producer.remove();
    }

    @Arbiter
    public void rest(III_Result r) {
      DeliveredGroup handle = inline.handle;
      if (handle != null) {
        handle.respond(ResponseCode.SUCCESS);
      }
      r.r1 = inline.answers(1);
      r.r2 = inline.answers(2);
      r.r3 = inline.rig.answers.garbled();
    }
  }

  /// The kept group is an open group: a remove that comes after the report answers it.
  @JCStressTest
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE,
      desc = "Somebody owns the answer; the handle is stale.")
  @Outcome(expect = FORBIDDEN, desc = "The remove has overlooked the delivered group.")
  @State
  public static class RemoveFindsDelivered {
    private final BufferRig inline = new BufferRig();

    @Actor
    public void reporter() {
      inline.report();
    }

    @Actor
    public void otherReporter() {
      inline.rig.producer.room();
    }

    @Arbiter
    public void rest(II_Result r) {
      inline.rig.producer.remove();
      r.r1 = inline.answers(2);
      DeliveredGroup handle = inline.handle;
      r.r2 = handle != null && handle.respond(ResponseCode.SUCCESS) == RespondStatus.SENT ? 1 : 0;
    }
  }

  /// The very first report makes what an inline device needs while the device is removed.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Accepted, and answered once.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Refused: the caller answers.")
  @Outcome(expect = FORBIDDEN, desc = "Nobody answers, or both.")
  @State
  public static class FirstReportVersusRemove {
    private final Rig rig = new Rig(FaultWorkers.caller(), Rig::succeed);

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
      r.r2 = rig.answers.total();
    }
  }

  /// Two threads report for one device: one of them has to queue its group and run it from there.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both groups are answered when both returned.")
  @Outcome(expect = FORBIDDEN, desc = "A group was left behind, or answered twice.")
  @State
  public static class ReportVersusReport {
    private final Rig rig = new Rig(FaultWorkers.caller(), Rig::succeed);

    @Actor
    public void first() {
      rig.reportLast(1);
    }

    @Actor
    public void second() {
      rig.reportLast(2);
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.of(1);
      r.r2 = rig.answers.of(2);
    }
  }

  /// The same on a queue that keeps the order of a PASID: whoever has the turn also runs what the
  /// other one had to leave.
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both groups are answered when both returned.")
  @Outcome(expect = FORBIDDEN, desc = "A group was left behind, or answered twice.")
  @State
  public static class OrderedReportVersusReport {
    private final Rig rig =
        new Rig(Rig.config(FaultWorkers.caller()).orderedPerPasid(true).build(), Rig::succeed);

    @Actor
    public void first() {
      rig.reportLast(1);
    }

    @Actor
    public void second() {
      rig.reportLast(2);
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r1 = rig.answers.of(1);
      r.r2 = rig.answers.of(2);
    }
  }
}
