package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageRequestDescriptor.RECORD_BYTES;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_OVERFLOW;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_PENDING;

import dev.faultline.hardware.DirectResponder;
import dev.faultline.hardware.IdleStrategy;
import dev.faultline.hardware.Interrupt;
import dev.faultline.hardware.RecordKind;
import dev.faultline.hardware.RequesterTable;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.LowLevelQueue;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ReportStatus;
import dev.faultline.iopf.ResponseCode;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The driver of a page request queue: takes records out of the ring, reports them to the fault
/// engine in batches, and answers what cannot be reported (Intel VT-d specification rev 5.10, 7.4).
///
/// # Who polls
///
/// One thread at a time, whoever holds the poll ownership: the driver thread in [#run], a thread
/// that calls [#poll], or a flusher that does not want to wait. Ownership is a single word, not a
/// lock that anyone queues on; a thread that finds it taken goes on with something else. The owner
/// keeps it while it reports, so records are reported in ring order. If a report calls back into
/// [#flush] (a handler that runs inline), the owner carries on from where it was with a buffer of
/// its own and leaves it to the outer pass to publish the head.
///
/// # Positions
///
/// Records are counted, never compared by offset: `seen` counts records that were decoded,
/// `consumed` those that were reported as well and whose slots were given back. A flusher computes
/// from `consumed` and the tail which count it must wait for. It waits for one revolution of the
/// ring at most, however busy the ring stays (lesson L30).
///
/// # Overflow
///
/// Once hardware has set PRO it writes nothing more. The pass that sees PRO drains the ring to the
/// tail, drops all partial groups of every fault queue it reports to (their last requests may be
/// among the lost ones, lesson L42), looks at the tail again and clears PRO only if nothing has
/// come (lesson L45). Otherwise the next pass starts over. PRO is never left set for good (lesson
/// L46).
///
/// # Sleep
///
/// The thread in [#run] announces that it is about to sleep, then looks at the registers once more:
/// any status bit, record or unsent answer keeps it awake. An interrupt that comes after the
/// announcement wakes it. This holds also when a flusher, not the driver thread, cleared PPR.
public final class PageRequestDriver implements LowLevelQueue, Interrupt {
  /// A sleeping driver thread looks for its stop condition that often, nanoseconds.
  private static final long PARK_NS = 10_000_000;

  private static final long WAIT_PARK_NS = 20_000;
  private static final int WAIT_SPINS = 100;
  private static final int WAIT_YIELDS = 200;
  private static final int SNAPSHOT_ATTEMPTS = 8;

  private final PageRequestRing ring;
  private final MemorySegment memory;
  private final long offsetMask;
  private final DirectResponder responder;
  private final PageRequestDriverConfig config;
  private final RequesterTable<RequestTarget> targets = new RequesterTable<>();
  private volatile RequestTarget[] onePerQueue = {};
  private final AtomicReference<@Nullable Thread> poller = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> runner = new AtomicReference<>();
  private volatile @Nullable Thread sleeper;
  private final DriverTally tally = new DriverTally();

  // Of whoever polls.
  private final PageRequestBuffer batch;
  private final PendingAnswers pending;
  private final long startOffset;
  private long seen;
  private boolean overflowing;

  /// Records whose slots have been given back; written by whoever polls.
  private volatile long consumed;

  /// Whether an answer waits for room in the command queue; written by whoever polls.
  private volatile boolean answersPending;

  /// Opens a ring. What it holds already belongs to nobody: last requests are answered INVALID, the
  /// rest is dropped, the status bits are cleared (lesson L75).
  ///
  /// @param ring the queue to read; connect its interrupt to this driver afterwards
  /// @param responder takes the answers that the driver gives itself
  /// @param config sizes
  public PageRequestDriver(
      PageRequestRing ring, DirectResponder responder, PageRequestDriverConfig config) {
    this.ring = Objects.requireNonNull(ring, "ring");
    this.responder = Objects.requireNonNull(responder, "responder");
    this.config = Objects.requireNonNull(config, "config");
    memory = ring.memory();
    offsetMask = (long) ring.entries() * RECORD_BYTES - 1;
    batch = new PageRequestBuffer(config.batchRecords());
    pending = new PendingAnswers(ring.entries() + config.batchRecords());
    startOffset = ring.readPqh() & offsetMask & -RECORD_BYTES;
    rejectStale();
  }

  /// Opens a ring with the default sizes.
  public PageRequestDriver(PageRequestRing ring, DirectResponder responder) {
    this(ring, responder, PageRequestDriverConfig.defaults());
  }

  /// Routes the requests of `requesterIds` to `producer`. A device may have several ids; the answer
  /// goes to the one that faulted (lesson L24). Any thread.
  ///
  /// @throws IllegalArgumentException if an id is taken or none is given; nothing is attached then
  public void attach(FaultProducer producer, int... requesterIds) {
    attach(new ProducerTarget(producer), requesterIds);
  }

  void attach(RequestTarget target, int... requesterIds) {
    if (requesterIds.length == 0) {
      throw new IllegalArgumentException("no requester id given for " + target);
    }
    targets.add(target, requesterIds);
    collectQueues();
  }

  /// Stops routing to `producer`, with all its requester ids. A report that is under way may still
  /// finish; the engine refuses what comes after its `remove` (lesson L61). Any thread.
  ///
  /// @return how many requester ids it had
  public int detach(FaultProducer producer) {
    return detachTarget(producer);
  }

  int detachTarget(Object producer) {
    int ids = targets.removeIf(target -> target.isFor(producer));
    collectQueues();
    return ids;
  }

  private synchronized void collectQueues() {
    IdentityHashMap<Object, RequestTarget> byQueue = new IdentityHashMap<>();
    targets.forEach(target -> byQueue.put(target.queue(), target));
    onePerQueue = byQueue.values().toArray(RequestTarget[]::new);
  }

  /// Takes up to `maxRecords` records out of the ring and deals with them. Any thread; returns 0 at
  /// once while another thread polls.
  ///
  /// @return how many records were dealt with
  public int poll(int maxRecords) {
    if (!tryOwn()) {
      return 0;
    }
    try {
      return pass(maxRecords);
    } finally {
      disown();
    }
  }

  /// Polls until `stop` says so; the body of the driver thread. Ends within 10 milliseconds of a
  /// change of `stop`, at once after [#wake].
  ///
  /// @param stop looked at between two passes
  /// @param idle how to pass the time without work
  /// @throws IllegalStateException if another thread runs this driver
  public void run(BooleanSupplier stop, IdleStrategy idle) {
    Thread me = Thread.currentThread();
    if (!runner.compareAndSet(null, me)) {
      throw new IllegalStateException("this driver already runs in thread " + runner.get());
    }
    try {
      while (!stop.getAsBoolean()) {
        int records = poll(config.pollRecords());
        if (idle.idle(records)) {
          sleep(me, stop);
        }
      }
    } finally {
      runner.set(null);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // yielding gives the processor to whoever is waited for
  private void sleep(Thread me, BooleanSupplier stop) {
    sleeper = me;
    try {
      if (hasWork()) {
        Thread.yield();
      } else if (!stop.getAsBoolean()) {
        LockSupport.parkNanos(this, PARK_NS);
      }
    } finally {
      sleeper = null;
    }
  }

  /// Returns whether the ring, its status bits or an unsent answer want attention. Any thread.
  public boolean hasWork() {
    return answersPending
        || (ring.readPrs() & (PRS_PENDING | PRS_OVERFLOW)) != 0
        || offsetOf(consumed) != ring.readPqt();
  }

  /// The interrupt handler: wakes the driver thread if it sleeps. Any thread; never blocks.
  @Override
  public void raise() {
    wake();
  }

  /// Wakes the driver thread if it sleeps. Any thread; never blocks.
  public void wake() {
    Thread thread = sleeper;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /// Returns when everything that was in the ring when it was called has been reported, or the ring
  /// has gone round once. Polls itself if nobody else does. Any thread, the polling one included.
  ///
  /// It waits while the command queue has no room for the driver's own answers and as many are kept
  /// as the ring has records. It covers the whole ring, whatever the scope.
  ///
  /// @param producer whose requests are wanted
  /// @param pasid a PASID, [Pasid#NONE] or [Pasid#ALL]
  @Override
  public void flush(FaultProducer producer, int pasid) {
    drain();
  }

  /// Flush for all devices: see [#flush].
  public void drain() {
    if (poller.get() == Thread.currentThread()) {
      drainInsideReport();
      return;
    }
    long target = drainTarget();
    int waits = 0;
    while (consumed < target) {
      int records = poll((int) Math.min(target - consumed, config.pollRecords()));
      waits = records > 0 ? 0 : waits + 1;
      if (records == 0) {
        pause(waits);
      }
    }
  }

  /// Returns what the driver has done so far. Any thread.
  public PageRequestDriverCounters counters() {
    return tally.snapshot();
  }

  /// Returns the count that `consumed` reaches when all that is in the ring now is dealt with.
  private long drainTarget() {
    for (int i = 0; i < SNAPSHOT_ATTEMPTS; i++) {
      long before = consumed;
      long tail = ring.readPqt();
      // Unchanged: the tail was read while the head stood at that count.
      if (before == consumed) {
        return before + distance(before, tail);
      }
    }
    return consumed + ring.entries();
  }

  @SuppressWarnings("ThreadPriorityCheck") // yielding gives the processor to whoever is waited for
  private static void pause(int waits) {
    if (waits < WAIT_SPINS) {
      Thread.onSpinWait();
    } else if (waits < WAIT_YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(WAIT_PARK_NS);
    }
  }

  private boolean tryOwn() {
    return poller.get() == null && poller.compareAndSet(null, Thread.currentThread());
  }

  private void disown() {
    poller.set(null);
  }

  /// One pass of the owner: PPR first, then the tail, then the records, then an overflow.
  private int pass(int maxRecords) {
    sendPending();
    ring.writePrs(PRS_PENDING);
    boolean overflow = (ring.readPrs() & PRS_OVERFLOW) != 0;
    if (overflow && !overflowing) {
      overflowing = true;
      tally.add(DriverTally.OVERFLOWS, 1);
    }
    // Read after PRO: with PRO set this tail is the last one.
    long end = seen + distance(seen, ring.readPqt());
    long start = seen;
    try {
      long stop = Math.min(end, start + maxRecords);
      while (seen < stop && hasRoomForAnswers()) {
        reportRun((int) Math.min(stop - seen, config.batchRecords()), batch);
        if (seen - consumed >= config.headRecords()) {
          publish();
        }
      }
    } finally {
      // Also after a throwing report: the ring must not get stuck.
      publish();
    }
    if (overflow && seen >= end) {
      recover();
    }
    return (int) (seen - start);
  }

  /// The owner's own flush, from inside a report: the outer pass publishes.
  private void drainInsideReport() {
    long end = seen + distance(seen, ring.readPqt());
    PageRequestBuffer own = new PageRequestBuffer(config.batchRecords());
    int waits = 0;
    while (seen < end) {
      if (hasRoomForAnswers()) {
        reportRun((int) Math.min(end - seen, config.batchRecords()), own);
        waits = 0;
      } else {
        pause(waits++);
      }
    }
  }

  /// Takes records of one device, up to `limit`, and reports them; answers those in between that
  /// cannot be reported.
  private void reportRun(int limit, PageRequestBuffer into) {
    into.clear();
    RequestTarget target = null;
    int records = 0;
    while (records < limit) {
      long offset = offsetOf(seen);
      RequestTarget next = targets.get(PageRequestDescriptor.requesterId(memory, offset));
      if (next == null) {
        refuseUnknown(offset);
      } else if (target != null && !next.equals(target)) {
        break;
      } else {
        RecordKind kind =
            PageRequestDescriptor.decode(
                memory, offset, into, ring.raisedNs((int) (offset / RECORD_BYTES)));
        if (kind == RecordKind.REQUEST || kind == RecordKind.STOP_MARKER) {
          target = next;
        } else {
          refuse(offset, kind);
        }
      }
      seen++;
      records++;
    }
    tally.add(DriverTally.RECORDS, records);
    if (target != null) {
      tally.add(DriverTally.REPORTS, 1);
      tally.add(DriverTally.REPORTED, into.size());
      target.report(into);
      answerNotAttached(into);
    }
  }

  private void refuseUnknown(long offset) {
    RecordKind kind = PageRequestDescriptor.kind(memory, offset);
    if (kind == RecordKind.NON_FAULT) {
      refuse(offset, kind);
    } else {
      tally.add(DriverTally.UNKNOWN_DEVICE, 1);
      answerIfLast(offset, kind);
    }
  }

  private void refuse(long offset, RecordKind kind) {
    tally.add(kind == RecordKind.NON_FAULT ? DriverTally.NON_FAULT : DriverTally.MALFORMED, 1);
    answerIfLast(offset, kind);
  }

  private void answerIfLast(long offset, RecordKind kind) {
    if ((kind == RecordKind.REQUEST || kind == RecordKind.MALFORMED)
        && PageRequestDescriptor.isLast(memory, offset)) {
      answer(
          PageRequestDescriptor.requesterId(memory, offset),
          PageRequestDescriptor.pasid(memory, offset),
          PageRequestDescriptor.groupIndex(memory, offset));
    }
  }

  /// The engine leaves the answer to its caller when the device has gone meanwhile.
  private void answerNotAttached(PageRequestBuffer reported) {
    for (int i = 0; i < reported.size(); i++) {
      if (reported.status(i) == ReportStatus.NOT_ATTACHED
          && reported.isLast(i)
          && !isStopMarker(reported, i)) {
        tally.add(DriverTally.NOT_ATTACHED, 1);
        answer(reported.requesterId(i), reported.pasid(i), reported.groupIndex(i));
      }
    }
  }

  private static boolean isStopMarker(PageRequestBuffer requests, int i) {
    return requests.pasid(i) != Pasid.NONE
        && (requests.access(i) & (Access.READ | Access.WRITE)) == 0;
  }

  private void answer(int requesterId, int pasid, int groupIndex) {
    tally.add(DriverTally.ANSWERS, 1);
    if (!pending.isEmpty()
        || !responder.respond(requesterId, pasid, groupIndex, ResponseCode.INVALID)) {
      tally.add(DriverTally.BUSY_ANSWERS, 1);
      pending.add(requesterId, pasid, groupIndex, ResponseCode.INVALID);
      answersPending = true;
    }
  }

  /// Returns whether every record of another run could be answered.
  private boolean hasRoomForAnswers() {
    if (pending.room() < config.batchRecords()) {
      sendPending();
    }
    return pending.room() >= config.batchRecords();
  }

  private void sendPending() {
    if (!pending.isEmpty()) {
      pending.sendTo(responder);
      answersPending = !pending.isEmpty();
    }
  }

  private void recover() {
    for (RequestTarget target : onePerQueue) {
      tally.add(DriverTally.DISCARDED_PARTIALS, target.discardPartials());
    }
    if (offsetOf(seen) == ring.readPqt()) {
      overflowing = false;
      tally.add(DriverTally.OVERFLOWS_CLEARED, 1);
      ring.writePrs(PRS_OVERFLOW);
    }
  }

  private void rejectStale() {
    ring.writePrs(PRS_PENDING);
    boolean overflow = (ring.readPrs() & PRS_OVERFLOW) != 0;
    long end = distance(seen, ring.readPqt());
    while (seen < end) {
      long offset = offsetOf(seen);
      answerIfLast(offset, PageRequestDescriptor.kind(memory, offset));
      seen++;
    }
    tally.add(DriverTally.RECORDS, end);
    tally.add(DriverTally.STALE, end);
    publish();
    if (overflow) {
      tally.add(DriverTally.OVERFLOWS, 1);
      recover();
    }
  }

  private void publish() {
    ring.writePqh(offsetOf(seen));
    consumed = seen;
  }

  private long offsetOf(long count) {
    return (startOffset + count * RECORD_BYTES) & offsetMask;
  }

  private long distance(long count, long tailOffset) {
    return ((tailOffset - offsetOf(count)) & offsetMask) / RECORD_BYTES;
  }

  @Override
  public String toString() {
    return "PageRequestDriver[" + targets.size() + " requester ids, " + counters() + "]";
  }
}
