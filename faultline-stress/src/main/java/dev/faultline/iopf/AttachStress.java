package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Devices that come and go, and the capacity that they share (rules Q10, Q21, lessons L61, L71).
public final class AttachStress {
  private AttachStress() {}

  /// A device is added while somebody who knows the device looks for its attachment and reports.
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Not attached yet.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Attached, reported, and run.")
  @Outcome(expect = FORBIDDEN, desc = "A half-built attachment, or its group is overlooked.")
  @State
  public static class AddVersusReport {
    private final Answers answers = new Answers();
    private final FaultQueue queue = FaultQueue.open(Rig.config(FaultWorkers.stepped(1)).build());
    private final FaultDevice device = new FaultDevice("device", answers, true);

    public AddVersusReport() {
      device.routes().set(Pasid.NONE, Rig::succeed);
    }

    @Actor
    public void adder() {
      queue.addDevice(device);
    }

    @Actor
    public void reporter(II_Result r) {
      FaultProducer producer = device.producer();
      if (producer != null) {
        r.r1 = Rig.report(producer, 1, true) == ReportStatus.QUEUED ? 1 : 2;
      }
    }

    @Arbiter
    public void rest(II_Result r) {
      queue.step(0, 10);
      r.r2 = answers.total();
    }
  }

  /// Two queues want one device.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first queue has it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second queue has it.")
  @Outcome(expect = FORBIDDEN, desc = "Both have it, or nobody has.")
  @State
  public static class AddVersusAdd {
    private final FaultQueue one = FaultQueue.open(Rig.config(FaultWorkers.stepped(1)).build());
    private final FaultQueue other = FaultQueue.open(Rig.config(FaultWorkers.stepped(1)).build());
    private final FaultDevice device = new FaultDevice("device", new Answers(), true);

    private int add(FaultQueue queue) {
      try {
        return queue.addDevice(device).isAttached() ? 1 : 0;
      } catch (IllegalStateException e) {
        return 0;
      }
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = add(one);
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = add(other);
    }
  }

  /// A device is removed, and gives its share of the capacity back, while another device that has
  /// none looks for it. There is room for one group in all.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The second device has the one place.")
  @Outcome(
      id = "0, 1",
      expect = ACCEPTABLE,
      desc = "Told to retry; the third device has the place.")
  @Outcome(expect = FORBIDDEN, desc = "The place was given twice, or is lost.")
  @State
  public static class RemoveVersusReclaim {
    private final Rig rig =
        new Rig(Rig.config(FaultWorkers.stepped(1)).groupCapacity(1).build(), Rig::succeed);
    private final FaultProducer second = add("second");
    private final FaultProducer third = add("third");

    public RemoveVersusReclaim() {
      rig.reportLast(1);
      rig.step(0);
    }

    private FaultProducer add(String name) {
      FaultDevice device = new FaultDevice(name, rig.answers, true);
      device.routes().set(Pasid.NONE, Rig::succeed);
      return rig.queue.addDevice(device);
    }

    private static int report(FaultProducer producer) {
      return Rig.report(producer, 1, true) == ReportStatus.QUEUED ? 1 : 0;
    }

    @Actor
    public void remover() {
      rig.producer.remove();
    }

    @Actor
    public void reporter(II_Result r) {
      r.r1 = report(second);
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r2 = report(third);
    }
  }

  /// The queue is closed while a device is added: it is refused, or detached by the close.
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Refused: the queue was closed.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Added, then detached by the close.")
  @Outcome(expect = FORBIDDEN, desc = "A device is attached to a closed queue.")
  @State
  public static class AddVersusClose {
    private final FaultQueue queue = FaultQueue.open(Rig.config(FaultWorkers.stepped(1)).build());
    private final FaultDevice device = new FaultDevice("device", new Answers(), true);

    @Actor
    public void adder(II_Result r) {
      try {
        queue.addDevice(device);
        r.r1 = 1;
      } catch (IllegalStateException e) {
        r.r1 = 0;
      }
    }

    @Actor
    public void closer() {
      queue.close(0);
    }

    @Arbiter
    public void rest(II_Result r) {
      r.r2 = device.producer() == null ? 0 : 1;
    }
  }
}
