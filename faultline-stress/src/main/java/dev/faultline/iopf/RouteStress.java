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

/// Handlers that are set and replaced while others look for them (rules Q11, Q40, lessons L67, L71,
/// invariant I3).
public final class RouteStress {
  private static final int PASID = 7;

  private RouteStress() {}

  /// The first handler of a PASID is set while somebody looks.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not set yet.")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Found, whole.")
  @Outcome(expect = FORBIDDEN, desc = "Found half-built.")
  @State
  public static class SetVersusFind {
    private final FaultRoutes routes = new FaultRoutes();

    @Actor
    public void setter() {
      routes.set(PASID, Rig::succeed);
    }

    @Actor
    public void finder(I_Result r) {
      Route route = routes.find(PASID);
      if (route == null) {
        r.r1 = 0;
      } else if (route.pasid == PASID
          && route.number != 0
          && route.handler != null
          && route.tally.repeatPage == -1
          && route.blocks.count(FaultCounter.GROUPS) == 0) {
        r.r1 = 1;
      } else {
        r.r1 = 2;
      }
    }
  }

  /// A route that was found together with a version is the present one as long as the version is.
  @JCStressTest
  @Outcome(
      id = "0",
      expect = ACCEPTABLE,
      desc = "The version has changed: the cached one is looked up.")
  @Outcome(
      id = "1",
      expect = ACCEPTABLE,
      desc = "The version is the present one, and so is the route.")
  @Outcome(expect = FORBIDDEN, desc = "An old route under the present version.")
  @State
  public static class ReplaceVersusCache {
    private final FaultRoutes routes = new FaultRoutes();
    private int version;
    private Route cached;

    public ReplaceVersusCache() {
      routes.set(PASID, Rig::succeed);
    }

    @Actor
    public void setter() {
      routes.set(PASID, group -> group.respond(ResponseCode.INVALID));
    }

    @Actor
    public void finder() {
      version = routes.version();
      cached = routes.find(PASID);
    }

    @Arbiter
    public void judge(I_Result r) {
      if (version != routes.version()) {
        r.r1 = 0;
      } else {
        r.r1 = cached == routes.find(PASID) ? 1 : 2;
      }
    }
  }

  /// A queued group's handler is replaced while a worker takes the group.
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The old handler has run it.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Answered INVALID: its handler is gone.")
  @Outcome(expect = FORBIDDEN, desc = "The new handler got a group that was not for it.")
  @State
  public static class ReplaceVersusWorker {
    private final Rig rig = new Rig(FaultWorkers.stepped(1), this::oldHandler);
    private volatile int oldRuns;
    private volatile int newRuns;

    public ReplaceVersusWorker() {
      rig.reportLast(1);
    }

    private void oldHandler(FaultGroup group) {
      oldRuns = 1;
      group.respond(ResponseCode.SUCCESS);
    }

    private void newHandler(FaultGroup group) {
      newRuns = 1;
      group.respond(ResponseCode.SUCCESS);
    }

    @Actor
    public void setter() {
      rig.device.routes().set(Pasid.NONE, this::newHandler);
    }

    @Actor
    public void worker() {
      rig.step(0);
    }

    @Arbiter
    public void rest(III_Result r) {
      rig.step(0);
      r.r1 = oldRuns;
      r.r2 = newRuns;
      r.r3 = rig.answers.total();
    }
  }

  /// A handler is removed while a group is reported for it: one answer, whoever sends it.
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Refused or found without handler: INVALID.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run by the handler while it was set.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none.")
  @State
  public static class RemoveVersusReport {
    private final Rig rig = Rig.stepped();

    @Actor
    public void unbinder() {
      rig.device.routes().remove(Pasid.NONE);
    }

    @Actor
    public void reporter() {
      rig.reportLast(1);
      rig.step(0);
    }

    @Arbiter
    public void rest(II_Result r) {
      rig.step(0);
      r.r1 = rig.answers.of(ResponseCode.SUCCESS);
      r.r2 = rig.answers.total();
    }
  }
}
