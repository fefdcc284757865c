package dev.faultline.iopf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/// One entry of the routing table: which handler has the groups of (device, PASID).
///
/// A queued group carries the route's number, not a reference: a worker that finds another route
/// under the PASID knows that the group was accepted for a handler that is gone, and answers
/// INVALID without running anybody (invariant I3, lesson L36).
final class Route {
  final int number;
  final int pasid;
  final FaultHandler handler;

  /// Counters and histograms of this PASID.
  final StageBlocks blocks = new StageBlocks();

  /// What the reporter counts.
  final Tally tally = new Tally();

  /// Turn of the handler when the queue is ordered for each PASID: 0 free, 1 taken.
  @SuppressWarnings("unused") // through TURN
  private volatile int turn;

  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(Route.class, "turn", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Answers by threads that have no counters of their own.
  private final AtomicLongArray sharedAnswers = new AtomicLongArray(ResponseCode.COUNT);

  Route(int number, int pasid, FaultHandler handler) {
    this.number = number;
    this.pasid = pasid;
    this.handler = handler;
  }

  boolean takeTurn() {
    return TURN.compareAndSet(this, 0, 1);
  }

  void endTurn() {
    TURN.setRelease(this, 0);
  }

  void countShared(ResponseCode code) {
    sharedAnswers.getAndIncrement(code.ordinal());
  }

  long successes() {
    return sharedAnswers.get(ResponseCode.SUCCESS.ordinal())
        + blocks.count(FaultCounter.ANSWERED_SUCCESS);
  }

  void addTo(StatisticsSum sum) {
    blocks.addTo(sum);
    sum.add(FaultCounter.REQUESTS, tally.requests);
    sum.add(FaultCounter.GROUPED, tally.requests);
    sum.add(FaultCounter.GROUPS, tally.groups);
    sum.add(FaultCounter.ANSWERED_SUCCESS, sharedAnswers.get(ResponseCode.SUCCESS.ordinal()));
    sum.add(FaultCounter.ANSWERED_INVALID, sharedAnswers.get(ResponseCode.INVALID.ordinal()));
    sum.add(FaultCounter.ANSWERED_FAILURE, sharedAnswers.get(ResponseCode.FAILURE.ordinal()));
    sum.distinctPages += tally.distinctPages.count();
  }

  /// The figures that the reporter writes for every group, under the producer's lock; with room on
  /// either side, since the workers read the route itself for every group.
  static final class Tally {
    @SuppressWarnings("unused") // room
    private long p0, p1, p2, p3, p4, p5, p6, p7;

    long requests;
    long groups;
    final DistinctPages distinctPages = new DistinctPages();

    // The fault that was last, for the detection of faults that SUCCESS does not help (rule Q46).
    long repeatPage = -1;
    int repeatAccess;
    int repeats;
    long successesAtRepeat;

    @SuppressWarnings("unused") // room
    private long q0, q1, q2, q3, q4, q5, q6, q7;
  }
}
