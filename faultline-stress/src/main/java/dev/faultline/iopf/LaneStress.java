package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/// The bare lane: what the reporter publishes reaches exactly one taker, whole, in whichever lap.
public final class LaneStress {
  private static final int TRIES = 50;

  private LaneStress() {}

  /// A taker looks while the reporter publishes a group of two records.
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "The taker came too early.")
  @Outcome(id = "7", expect = ACCEPTABLE, desc = "The taker has the whole group.")
  @Outcome(expect = FORBIDDEN, desc = "A half-written group.")
  @State
  public static class PublishVersusTake {
    private final FaultLane lane = LaneProtocol.lane(64);

    @Actor
    public void reporter() {
      LaneProtocol.offer(lane, 7, 2);
    }

    @Actor
    public void taker(J_Result r) {
      r.r1 = LaneProtocol.take(lane);
    }
  }

  /// Two takers, one group.
  @JCStressTest
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "The first taker has it.")
  @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "The second taker has it.")
  @Outcome(expect = FORBIDDEN, desc = "Both have it, or nobody has.")
  @State
  public static class TakeVersusTake {
    private final FaultLane lane = LaneProtocol.lane(64);

    public TakeVersusTake() {
      LaneProtocol.offer(lane, 7, 2);
    }

    @Actor
    public void first(JJ_Result r) {
      r.r1 = LaneProtocol.take(lane);
    }

    @Actor
    public void second(JJ_Result r) {
      r.r2 = LaneProtocol.take(lane);
    }
  }

  /// Two takers, and a reporter on the second one's thread that uses the same records again in the
  /// next lap: a taker that comes late must notice that its group is gone.
  @JCStressTest
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE,
      desc = "The ring stayed full; one group came out once.")
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Both groups came out, once each.")
  @Outcome(expect = FORBIDDEN, desc = "A group came out twice, torn, or never.")
  @State
  public static class TakeVersusNextLap {
    private final FaultLane lane = LaneProtocol.lane(2);
    private boolean offered;
    private long first;
    private long second;

    public TakeVersusNextLap() {
      LaneProtocol.offer(lane, 1, 2);
    }

    @Actor
    public void taker() {
      first = LaneProtocol.take(lane);
    }

    @Actor
    public void takerAndReporter() {
      second = LaneProtocol.take(lane);
      for (int i = 0; i < TRIES && !offered; i++) {
        offered = LaneProtocol.offer(lane, 2, 2);
      }
    }

    @Arbiter
    public void judge(II_Result r) {
      long rest = LaneProtocol.take(lane);
      r.r1 = offered ? 2 : 1;
      r.r2 =
          countOf(1, first, second, rest) != 1
                  || countOf(2, first, second, rest) != (offered ? 1 : 0)
                  || LaneProtocol.take(lane) != 0
              ? 1
              : 0;
    }
  }

  /// A taker drains the first segment while the reporter links a larger one behind it.
  @JCStressTest
  @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "Every group came out once, across the link.")
  @Outcome(expect = FORBIDDEN, desc = "A group was lost or came twice at the link.")
  @State
  public static class TakeVersusGrowth {
    private static final int LONG_GROUP = 30;

    private final FaultLane lane = LaneProtocol.lane(1024);
    private long first;
    private long second;

    public TakeVersusGrowth() {
      LaneProtocol.offer(lane, 1, LONG_GROUP);
      LaneProtocol.offer(lane, 2, LONG_GROUP);
    }

    @Actor
    public void taker() {
      first = LaneProtocol.take(lane);
    }

    @Actor
    public void reporterAndTaker() {
      LaneProtocol.offer(lane, 3, LONG_GROUP);
      second = LaneProtocol.take(lane);
    }

    @Arbiter
    public void judge(II_Result r) {
      long third = LaneProtocol.take(lane);
      long none = LaneProtocol.take(lane);
      for (int value = 1; value <= 3; value++) {
        r.r1 += countOf(value, first, second, third) == 1 ? 1 : 0;
      }
      r.r2 = (int) none;
    }
  }

  private static int countOf(long value, long a, long b, long c) {
    return (a == value ? 1 : 0) + (b == value ? 1 : 0) + (c == value ? 1 : 0);
  }
}
