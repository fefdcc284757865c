package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.ADDRESS;
import static dev.faultline.iopf.PageRequestBuffer.INDEX;
import static dev.faultline.iopf.PageRequestBuffer.LAST;
import static dev.faultline.iopf.PageRequestBuffer.META;
import static dev.faultline.iopf.PageRequestBuffer.OUT_OF_RANGE;
import static dev.faultline.iopf.PageRequestBuffer.PRIVATE_0;
import static dev.faultline.iopf.PageRequestBuffer.PRIVATE_1;
import static dev.faultline.iopf.PageRequestBuffer.RECEIVED;
import static dev.faultline.iopf.PageRequestBuffer.ROUTE_SHIFT;
import static dev.faultline.iopf.PageRequestBuffer.SHIFT;
import static dev.faultline.iopf.PageRequestBuffer.UNRECOVERABLE;
import static dev.faultline.iopf.PageRequestBuffer.WORDS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/// One device's attachment to one fault queue, from [FaultQueue#addDevice] to [#remove].
///
/// [#report] is the hot path; it allocates nothing and holds the producer's lock for the engine's
/// own work only. [#flush], [#reset] and [#remove] come from the side, from any thread; they take
/// queued groups out of the lane by the same compare-and-swap as a worker.
///
/// Which rule makes a shared field safe: everything marked "under the lock" is touched by the owner
/// of `lock` only; counters are written under it and read by anybody (a moment old); the rest is
/// final or volatile.
public final class FaultProducer extends ReporterState {
  private static final int NIL = -1;
  private static final int SNAPSHOT_WORDS = 6;
  private static final long READ_OR_WRITE =
      (long) (Access.READ | Access.WRITE) << PageRequestBuffer.ACCESS_SHIFT;

  private static final VarHandle INLINE_BUSY;

  static {
    try {
      INLINE_BUSY =
          MethodHandles.lookup().findVarHandle(ReporterState.class, "inlineBusy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final byte PARTIAL = (byte) ReportStatus.PARTIAL.ordinal();
  private static final byte QUEUED = (byte) ReportStatus.QUEUED.ordinal();
  private static final byte UNSUPPORTED = (byte) ReportStatus.UNSUPPORTED.ordinal();
  private static final byte NOT_ATTACHED = (byte) ReportStatus.NOT_ATTACHED.ordinal();
  private static final byte STOP_MARKER = (byte) ReportStatus.STOP_MARKER.ordinal();
  private static final byte LIMIT = (byte) ReportStatus.LIMIT.ordinal();
  private static final byte NO_HANDLER = (byte) ReportStatus.NO_HANDLER.ordinal();
  private static final byte BUSY = (byte) ReportStatus.BUSY.ordinal();
  private static final byte MALFORMED = (byte) ReportStatus.MALFORMED.ordinal();
  private static final byte RESET = (byte) ReportStatus.RESET.ordinal();

  /// Set in a status while it is inside `report`: something is to be done after the critical
  /// section.
  private static final byte AFTERWARDS = 0x40;

  /// Set with it: the answer is INVALID although the status says BUSY.
  private static final byte GIVEN_UP = 0x20;

  private static final byte STATUS = 0x1f;

  private final FaultQueue queue;
  private final FaultDevice device;
  private final FaultRoutes routes;
  private final PageResponder responder;
  private final boolean responseNeedsPasid;
  private final @Nullable LowLevelQueue lowLevelQueue;
  private final FaultLane lane;
  private final ProducerLock lock = new ProducerLock();
  private final StopMarkers stopMarkers;
  private final int addressShift;
  private final int pageShift;
  private final int maxOpen;
  private final int maxRepeats;
  private final int maxBusyRetries;

  // Under the lock, as are the fields of ReporterState.
  private final PartialTable partials;
  private final BusyRetries busyRetries = new BusyRetries();
  private final boolean timeEveryGroup;

  /// Counters of the reporter, under the lock.
  private final long[] counts = new long[FaultCounter.COUNT];

  /// Counters of everybody who has no counters of his own.
  private final AtomicLongArray shared = new AtomicLongArray(FaultCounter.COUNT);

  private final StageBlocks blocks = new StageBlocks();
  private final StageTimes sharedTimes = new StageTimes();
  private volatile long generation;

  FaultProducer(
      FaultQueue queue, FaultDevice device, @Nullable LowLevelQueue lowLevelQueue, int laneIndex) {
    this.queue = queue;
    this.device = device;
    routes = device.routes();
    responder = device.responder();
    responseNeedsPasid = device.responseNeedsPasid();
    this.lowLevelQueue = lowLevelQueue;
    FaultQueueConfig config = queue.config();
    int largest = Integer.highestOneBit(Math.max(1, config.maxRequestsPerGroup() * 2 - 1));
    int completers = Math.max(1, config.workers().count());
    lane = new FaultLane(this, laneIndex, Math.max(FaultQueue.LANE_RECORDS, largest), completers);
    partials = new PartialTable(config.maxPartialsPerDevice(), config.maxRequestsPerGroup());
    stopMarkers = new StopMarkers(config.clock());
    addressShift = config.addressBits() - 1;
    pageShift = config.pageShift();
    maxOpen = config.maxOpenGroupsPerDevice();
    maxRepeats = config.maxRepeats();
    maxBusyRetries = config.maxBusyRetries();
    timeEveryGroup =
        config.timeEveryGroup()
            || config.partialTimeoutNs() > 0
            || config.responseDeadlineNs() > 0
            || config.listener().wantsAnswers();
  }

  /// Returns the device.
  public FaultDevice device() {
    return device;
  }

  /// Returns the queue.
  public FaultQueue queue() {
    return queue;
  }

  /// Returns whether the device is still attached through this producer.
  public boolean isAttached() {
    return device.producer() == this;
  }

  /// Returns how many resets the attachment has seen.
  public long generation() {
    return generation;
  }

  // ---- report -----------------------------------------------------------------------------------

  /// Reports a run of requests of this device in one critical section (rule Q35). What became of
  /// each stands in the buffer afterwards ([PageRequestBuffer#status]); its table says who answers.
  ///
  /// Called by driver threads, usually one for a device. Never waits for workers; on an inline
  /// queue the groups are handled before it returns.
  public void report(PageRequestBuffer batch) {
    boolean inline = queue.isInline();
    boolean afterwards = false;
    VirtualMachineError fatal = null;
    int from = 0;
    do {
      WorkerContext direct = null;
      int queued;
      lock.lock();
      try {
        beginBatch();
        if (inline && !inlineBusy && !queue.isOrdered()) {
          direct = inlineContext();
        }
        from = acceptBatch(batch, from, direct);
        queued = endBatch();
        afterwards |= batchAfterwards;
        if (!batchDirect) {
          direct = null;
        } else {
          INLINE_BUSY.setOpaque(this, true);
        }
      } finally {
        lock.unlock();
      }
      if (direct != null) {
        fatal = firstOf(fatal, runDirect(direct));
      }
      if (queued > 0) {
        fatal = firstOf(fatal, runOrSignal(inline));
      }
    } while (from < batch.size);
    if (afterwards) {
      finishRefused(batch);
    }
    if (fatal != null) {
      throw fatal;
    }
  }

  private static @Nullable VirtualMachineError firstOf(
      @Nullable VirtualMachineError first, @Nullable VirtualMachineError second) {
    return first != null ? first : second;
  }

  private void beginBatch() {
    batchNowNs = 0;
    batchAfterwards = false;
    batchDirect = false;
    requests = 0;
    grouped = 0;
    groups = 0;
  }

  /// Takes requests from `from` on: all, or up to the first group that the reporter is to run
  /// itself.
  ///
  /// @return where it stopped
  private int acceptBatch(PageRequestBuffer batch, int from, @Nullable WorkerContext direct) {
    int size = batch.size;
    long[] words = batch.words;
    byte[] statuses = batch.statuses;
    boolean attached = attachment == ATTACHED;
    int i = from;
    while (i < size && !batchDirect) {
      int at = i << SHIFT;
      byte status;
      if (attached && isSingle(words[at + META], words[at + ADDRESS]) && partials.isEmpty()) {
        requests++;
        status = acceptLast(words, at, 0, 0, NIL, direct);
        statuses[i++] = status;
        if (status >= AFTERWARDS) {
          batchAfterwards = true;
        }
        continue;
      }
      int end = attached ? runEnd(words, i, size) : i;
      if (end == i) {
        status = acceptUnusual(words, i << SHIFT);
        statuses[i++] = status;
      } else {
        status = acceptRun(words, statuses, i, end, direct);
        i = end;
      }
      if (status >= AFTERWARDS) {
        batchAfterwards = true;
      }
    }
    return i;
  }

  /// Counts the batch and shows its groups to the workers.
  ///
  /// @return how many groups were queued
  private int endBatch() {
    if (requests > 0) {
      count(FaultCounter.REQUESTS, requests);
    }
    int queued = groups;
    if (queued > 0) {
      count(FaultCounter.GROUPED, grouped);
      count(FaultCounter.GROUPS, queued);
      noteOpenGroups();
      if (batchDirect) {
        queued--;
      }
      if (queued > 0) {
        lane.publish();
      }
    }
    return queued;
  }

  /// Finds the end of the run of ordinary requests of one group that begins at request `i`: behind
  /// its last request, or where another group, something unusual or the end of the batch comes.
  ///
  /// @return `i` if the request itself is unusual
  private int runEnd(long[] words, int i, int size) {
    int at = i << SHIFT;
    long key = PartialTable.key(words[at + META], words[at + INDEX]);
    int end = i;
    do {
      long meta = words[at + META];
      if (PartialTable.key(meta, words[at + INDEX]) != key
          || (meta & (UNRECOVERABLE | OUT_OF_RANGE)) != 0
          || !isCanonical(words[at + ADDRESS])
          || isStopMarker(meta)) {
        return end;
      }
      end++;
      at += WORDS;
      if ((meta & LAST) != 0) {
        return end;
      }
    } while (end < size);
    return end;
  }

  /// Whether this is the ordinary last request of a group, which is the whole group if nothing is
  /// pending: the common case of devices that do not group.
  private boolean isSingle(long meta, long address) {
    return (meta & (LAST | UNRECOVERABLE | OUT_OF_RANGE)) == LAST
        && isCanonical(address)
        && !isStopMarker(meta);
  }

  private static boolean isStopMarker(long meta) {
    return (meta & (LAST | READ_OR_WRITE)) == LAST && (meta & PageRequestBuffer.PASID_MASK) != 0;
  }

  /// What is no ordinary request of an attached device.
  private byte acceptUnusual(long[] words, int at) {
    long meta = words[at + META];
    if (attachment == DETACHED) {
      count(FaultCounter.NOT_ATTACHED);
      return NOT_ATTACHED;
    }
    if ((meta & UNRECOVERABLE) != 0) {
      count(FaultCounter.UNSUPPORTED);
      return (byte) (UNSUPPORTED | AFTERWARDS);
    }
    boolean malformed = (meta & OUT_OF_RANGE) != 0;
    if (!malformed && isStopMarker(meta)) {
      count(FaultCounter.STOP_MARKERS);
      return (byte) (STOP_MARKER | AFTERWARDS);
    }
    requests++;
    if (malformed || !isCanonical(words[at + ADDRESS])) {
      if ((meta & LAST) != 0) {
        // Its partials must not be left to the next group of this index (lesson L3).
        drop(
            FaultCounter.DROPPED_DAMAGED,
            partials.find(PartialTable.key(meta, words[at + INDEX])),
            0);
      }
      count(FaultCounter.REFUSED_MALFORMED);
      return (byte) (MALFORMED | AFTERWARDS);
    }
    count(FaultCounter.REFUSED_RESET);
    return RESET;
  }

  /// Takes a run of requests of one group, found by [#runEnd].
  ///
  /// @return the status of the last of them, or one that wants work afterwards
  private byte acceptRun(
      long[] words, byte[] statuses, int from, int end, @Nullable WorkerContext direct) {
    int at = from << SHIFT;
    long key = PartialTable.key(words[at + META], words[at + INDEX]);
    int entry = partials.isEmpty() ? NIL : partials.find(key);
    boolean complete = (words[((end - 1) << SHIFT) + META] & LAST) != 0;
    int fresh = complete ? end - 1 - from : end - from;
    requests += end - from;
    if (entry == NIL) {
      partials.noteMixed(key);
    }
    if (fresh > 0 && !partials.hasRoomFor(entry, fresh, key)) {
      return acceptAtLimit(words, statuses, from, end, key);
    }
    for (int i = from; i < from + fresh; i++) {
      statuses[i] = PARTIAL;
    }
    if (!complete) {
      if (entry == NIL) {
        words[at + RECEIVED] = sampleNs();
      }
      partials.addRun(words, at, fresh, key, entry);
      return PARTIAL;
    }
    byte status = acceptLast(words, at, fresh, key, entry, direct);
    statuses[end - 1] = status;
    return status;
  }

  /// The same one by one, where a limit may be hit.
  private byte acceptAtLimit(long[] words, byte[] statuses, int from, int end, long key) {
    byte result = PARTIAL;
    for (int i = from; i < end; i++) {
      int at = i << SHIFT;
      int entry = partials.find(key);
      if ((words[at + META] & LAST) != 0) {
        result = acceptLast(words, at, 0, key, entry, null);
        statuses[i] = result;
      } else {
        words[at + RECEIVED] = entry == NIL ? sampleNs() : 0;
        int lost = partials.add(words, at, key, entry);
        statuses[i] = lost == NIL ? PARTIAL : LIMIT;
        if (lost != NIL) {
          count(FaultCounter.REFUSED_LIMIT);
          count(FaultCounter.DROPPED_DAMAGED, lost);
        }
      }
    }
    return result;
  }

  private boolean isCanonical(long address) {
    long high = address >> addressShift;
    return high + 1 >>> 1 == 0;
  }

  /// Makes a group of the partials of `entry`, `fresh` partials from `at` on, and the last request
  /// behind them.
  private byte acceptLast(
      long[] words, int at, int fresh, long key, int entry, @Nullable WorkerContext direct) {
    int lastAt = at + (fresh << SHIFT);
    long meta = words[lastAt + META];
    int held = 0;
    if (!partials.isEmpty()) {
      if (partials.takeDamage(key, entry)) {
        drop(FaultCounter.DROPPED_DAMAGED, entry, fresh);
        count(FaultCounter.REFUSED_DAMAGED);
        return (byte) (LIMIT | AFTERWARDS);
      }
      held = entry == NIL ? 0 : partials.count(entry);
    }
    int pasid = PageRequestBuffer.pasidOf(meta);
    int version = routes.version();
    Route route = lastRoute;
    if (route == null || pasid != lastRoutePasid || version != lastRouteVersion) {
      route = routes.find(pasid);
      if (route == null) {
        drop(FaultCounter.DROPPED_NO_HANDLER, entry, fresh);
        count(FaultCounter.REFUSED_NO_HANDLER);
        return (byte) (NO_HANDLER | AFTERWARDS);
      }
      lastRoute = route;
      lastRoutePasid = pasid;
      lastRouteVersion = version;
    }
    long page = words[lastAt + ADDRESS] >>> pageShift;
    if (page == route.tally.repeatPage
        && isRepeatedTooOften(route, PageRequestBuffer.accessOf(meta))) {
      drop(FaultCounter.DROPPED_REPEATED, entry, fresh);
      count(FaultCounter.REFUSED_REPEATED);
      return (byte) (LIMIT | AFTERWARDS);
    }
    int length = held + fresh + 1;
    if ((lane.openSeen() >= openLimit && !hasRoom()) || (direct == null && !lane.reserve(length))) {
      return refuseBusy(entry, fresh, page);
    }
    if (page != route.tally.repeatPage) {
      route.tally.repeatPage = page;
      route.tally.repeats = 0;
      route.tally.successesAtRepeat = NIL;
    }
    busyRetries.forget(page);
    long first = held == 0 ? sampleNs() : partials.firstReceived(entry);
    long last = first == 0 ? 0 : nowNs();
    if (direct != null && held == 0) {
      return acceptInPlace(words, at, fresh, route, first, last, direct);
    }
    long[] ring;
    int mask;
    long position;
    if (direct == null) {
      ring = lane.writeWords();
      mask = lane.writeMask();
      position = lane.writePosition();
    } else {
      ring = direct.slot.ensure(length);
      mask = -1;
      position = 0;
    }
    if (held > 0) {
      partials.copyTo(entry, ring, mask, position, route.tally.distinctPages, pageShift);
      partials.remove(entry);
    }
    for (int i = held; i < length; i++) {
      int to = (int) (position + i & mask) << SHIFT;
      ring[to] = -1L;
      PageRequestBuffer.copyRecord(words, at + ((i - held) << SHIFT), ring, to);
      route.tally.distinctPages.add(ring[to + ADDRESS] >>> pageShift);
    }
    int to = (int) (position + length - 1 & mask) << SHIFT;
    ring[to + META] = meta & 0xffff_ffffL | (long) route.number << ROUTE_SHIFT;
    if (first != 0 || length == 1) {
      ring[((int) (position & mask) << SHIFT) + RECEIVED] = first;
    }
    if (length > 1) {
      ring[to + RECEIVED] = last;
    }
    if (direct != null) {
      return startDirect(direct, route, length, first != 0);
    }
    route.tally.requests += length;
    route.tally.groups++;
    grouped += length;
    groups++;
    lane.append(length);
    return QUEUED;
  }

  /// Makes the slot of the reporter itself show the group where it lies, in the reporter's buffer.
  private byte acceptInPlace(
      long[] words, int at, int fresh, Route route, long first, long last, WorkerContext direct) {
    int length = fresh + 1;
    for (int i = 0; i < length; i++) {
      route.tally.distinctPages.add(words[at + (i << SHIFT) + ADDRESS] >>> pageShift);
    }
    words[at + RECEIVED] = first;
    if (fresh > 0) {
      words[at + (fresh << SHIFT) + RECEIVED] = last;
    }
    direct.slot.borrow(words, at);
    return startDirect(direct, route, length, first != 0);
  }

  private byte startDirect(WorkerContext direct, Route route, int length, boolean timed) {
    route.tally.requests += length;
    route.tally.groups++;
    grouped += length;
    groups++;
    batchDirect = true;
    direct.slot.loaded(length, lane.admit(), timed);
    direct.slot.begin(direct, this, route, Thread.currentThread().threadId());
    return QUEUED;
  }

  private byte refuseBusy(int entry, int fresh, long page) {
    drop(FaultCounter.DROPPED_BUSY, entry, fresh);
    if (busyRetries.count(page) > maxBusyRetries) {
      busyRetries.forget(page);
      count(FaultCounter.REFUSED_BUSY_GIVEN_UP);
      return (byte) (BUSY | AFTERWARDS | GIVEN_UP);
    }
    count(FaultCounter.REFUSED_BUSY);
    return (byte) (BUSY | AFTERWARDS);
  }

  private void drop(FaultCounter reason, int entry, int fresh) {
    count(reason, fresh + (entry == NIL ? 0 : partials.remove(entry)));
  }

  private void noteOpenGroups() {
    if (lane.openSeen() > maxOpenGroups) {
      long open = lane.openNow();
      if (open > maxOpenGroups) {
        maxOpenGroups = open;
      }
    }
  }

  /// A fault that is the same as the last one of its PASID, although an answer SUCCESS has left
  /// since, was not helped by it (rule Q46, lesson L25).
  private boolean isRepeatedTooOften(Route route, int access) {
    if (maxRepeats == 0) {
      return false;
    }
    if (access != route.tally.repeatAccess) {
      route.tally.repeatAccess = access;
      route.tally.repeats = 0;
      route.tally.successesAtRepeat = NIL;
      return false;
    }
    long successes = route.successes();
    if (route.tally.successesAtRepeat != NIL && successes > route.tally.successesAtRepeat) {
      route.tally.repeats++;
      count(FaultCounter.REPEATED);
    }
    route.tally.successesAtRepeat = successes;
    if (route.tally.repeats >= maxRepeats) {
      // The next fault of the page begins a row of its own.
      route.tally.repeatPage = NIL;
      route.tally.repeats = 0;
      route.tally.successesAtRepeat = NIL;
      return true;
    }
    return false;
  }

  /// Whether one more group may be open: of this device, and of the queue through a quota that the
  /// device draws in steps, so that the queue's own counter is not touched for every group.
  private boolean hasRoom() {
    long open = lane.openNow();
    if (open < openLimit) {
      return true;
    }
    if (open >= maxOpen) {
      return false;
    }
    int more = queue.drawQuota(this);
    quota += more;
    openLimit = Math.min(quota, maxOpen);
    return more > 0;
  }

  /// Returns how many further requests would be taken now without an answer "busy", however they
  /// are grouped. A driver that can leave requests in its ring may ask before it reports. Called by
  /// the reporting thread; capacity that other devices take meanwhile is not in it.
  public int room() {
    lock.lock();
    try {
      if (attachment == DETACHED) {
        return 0;
      }
      long open = lane.openNow();
      long groupsLeft = Math.min(maxOpen - open, quota - open + queue.undrawn());
      long recordsLeft = lane.freeRecords() - Math.min(partials.size(), partials.maxPerGroup());
      return (int) Math.max(0, Math.min(groupsLeft, recordsLeft));
    } finally {
      lock.unlock();
    }
  }

  /// Gives quota back that this device does not use; for another device of the queue that has none.
  /// Only tries the lock: the caller holds its own.
  int returnQuota() {
    if (!lock.tryLock()) {
      return 0;
    }
    try {
      int spare = (int) Math.max(0, quota - lane.openNow());
      quota -= spare;
      openLimit = Math.min(quota, maxOpen);
      return spare;
    } finally {
      lock.unlock();
    }
  }

  // ---- time stamps ------------------------------------------------------------------------------

  private long nowNs() {
    long now = batchNowNs;
    if (now == 0) {
      now = queue.clock().nanoTime();
      now = now == 0 ? 1 : now;
      batchNowNs = now;
    }
    return now;
  }

  /// Decides whether a group that begins now is timed: every one of a slow device, one in 64 of a
  /// device whose groups come faster than the clock could be read for less than a twentieth of
  /// their time.
  private long sampleNs() {
    if (timeEveryGroup) {
      return nowNs();
    }
    if (--sampleCountdown > 0) {
      return 0;
    }
    long now = nowNs();
    long perGroupNs = (now - lastSampleNs) / sampleEvery;
    lastSampleNs = now;
    sampleEvery = perGroupNs < 600 ? 64 : perGroupNs < 3_000 ? 8 : 1;
    sampleCountdown = sampleEvery;
    return now;
  }

  // ---- after the critical section ---------------------------------------------------------------

  private void finishRefused(PageRequestBuffer batch) {
    for (int i = 0; i < batch.size; i++) {
      byte status = batch.statuses[i];
      if (status < AFTERWARDS) {
        continue;
      }
      byte plain = (byte) (status & STATUS);
      batch.statuses[i] = plain;
      if (plain == STOP_MARKER) {
        stopMarkers.arrive(batch.pasid(i));
      } else if (plain == UNSUPPORTED) {
        queue.tellUnrecoverable(this, batch, i);
      } else {
        if (plain == MALFORMED && queue.log().permits()) {
          queue.log().warn("%s: malformed page request: %s".formatted(this, describe(batch, i)));
        }
        if (batch.isLast(i)) {
          boolean retry = plain == BUSY && (status & GIVEN_UP) == 0;
          respondNow(batch.words, i << SHIFT, retry ? ResponseCode.SUCCESS : ResponseCode.INVALID);
        }
      }
    }
  }

  private static String describe(PageRequestBuffer batch, int i) {
    return "requester=0x%x pasid=%s index=%d address=0x%x access=%s"
        .formatted(
            batch.requesterId(i),
            Pasid.toText(batch.pasid(i)),
            batch.groupIndex(i),
            batch.address(i),
            Access.toText(batch.access(i)));
  }

  /// Answers a request that never became a group.
  private void respondNow(long[] words, int at, ResponseCode code) {
    if (!send(words, at, code)) {
      queue.keepUnsent(this, words, at, code);
    }
  }

  boolean send(long[] words, int at, ResponseCode code) {
    return send(new PageResponse(), words, at, code);
  }

  /// Hands one response to the responder.
  ///
  /// @return whether it was taken
  boolean send(PageResponse response, long[] words, int at, ResponseCode code) {
    long index = words[at + INDEX];
    int pasid = PageRequestBuffer.pasidOf(words[at + META]);
    response.requesterId = (int) (index >>> 32);
    response.groupIndex = (int) index;
    response.requestPasid = pasid;
    response.pasid = responseNeedsPasid ? pasid : Pasid.NONE;
    if (response.code != code) {
      response.code = code;
    }
    response.address = words[at + ADDRESS];
    response.privateData0 = words[at + PRIVATE_0];
    response.privateData1 = words[at + PRIVATE_1];
    try {
      if (responder.respond(response)) {
        return true;
      }
      countShared(FaultCounter.RESPONDER_BUSY, 1);
    } catch (RuntimeException | Error e) {
      countShared(FaultCounter.RESPONDER_ERRORS, 1);
      if (queue.log().permits()) {
        queue.log().warn(this + ": the responder threw; the response is retried", e);
      }
    }
    return false;
  }

  // ---- inline -----------------------------------------------------------------------------------

  private WorkerContext inlineContext() {
    WorkerContext context = inlineContext;
    if (context == null) {
      context = queue.newInlineContext();
      inlineContext = context;
    }
    return context;
  }

  /// Runs the group that the reporter has loaded into its own slot.
  ///
  /// @return a fatal error of the VM that a handler met, or null
  private @Nullable VirtualMachineError runDirect(WorkerContext context) {
    FaultGroup slot = context.slot;
    try {
      context.passCache.nextPass();
      queue.run(context, slot, this, slot.route);
    } finally {
      INLINE_BUSY.setRelease(this, false);
    }
    VirtualMachineError fatal = context.fatal;
    context.fatal = null;
    return fatal;
  }

  private @Nullable VirtualMachineError runOrSignal(boolean inline) {
    if (!inline) {
      queue.signal(lane);
      return null;
    }
    WorkerContext context = queue.borrowContext();
    try {
      // Again, if anything was run: another reporter's group may have waited for the turn of one of
      // these.
      while (queue.drain(context, lane, Integer.MAX_VALUE) > 0 && !lane.isEmpty()) {
        Thread.onSpinWait();
      }
    } catch (VirtualMachineError fatal) {
      return fatal;
    } finally {
      queue.returnContext(context);
    }
    return null;
  }

  // ---- flush, reset, remove ---------------------------------------------------------------------

  /// Flushes a scope: when it returns, nothing of the scope that was in the system when it was
  /// called is running or will run (invariant I4).
  ///
  /// First the driver reports what its hardware queue still holds; then partials of the scope are
  /// dropped; then queued groups of the scope are run, by the workers or by this thread, and
  /// running, delivered and unsent ones are waited for. Other scopes, and what arrives later, cost
  /// nothing.
  ///
  /// Callable from any thread, also from inside a handler of another scope.
  ///
  /// @param scope a PASID, [Pasid#NONE] or [Pasid#ALL]
  /// @throws IllegalStateException from inside a handler whose own group is in the scope, or if two
  ///   handlers would wait for each other; on a stepped queue if the scope cannot become quiet
  ///   because a group of it was delivered and is not answered
  public void flush(int scope) {
    if (!flusher(scope, false).flush(NIL)) {
      throw cannotBecomeQuiet(scope);
    }
  }

  private IllegalStateException cannotBecomeQuiet(int scope) {
    return new IllegalStateException(
        this + ": PASID " + Pasid.toText(scope) + " cannot become quiet: nobody else runs");
  }

  /// Flushes a scope, but waits no longer than `timeoutNs` (rule Q65). A handler that this thread
  /// runs itself is not cut short.
  ///
  /// @return whether the scope is quiet
  public boolean flush(int scope, long timeoutNs) {
    if (timeoutNs < 0) {
      throw new IllegalArgumentException("timeout " + timeoutNs + " ns is negative");
    }
    return flusher(scope, false).flush(timeoutNs);
  }

  /// Flushes a scope; queued and delivered groups are answered INVALID without being handled (rule
  /// Q64), running ones are waited for.
  public void flushDiscarding(int scope) {
    if (!flusher(scope, true).flush(NIL)) {
      throw cannotBecomeQuiet(scope);
    }
  }

  private FlushOperation flusher(int scope, boolean discard) {
    return new FlushOperation(this, Pasid.requireScope(scope), discard);
  }

  /// Starts a new generation after a reset of the device, which has forgotten its groups: partials
  /// are dropped, open groups are voided, and nothing is answered (rule Q33, lesson L35). What the
  /// hardware queue still holds of the old generation is pulled out and ignored.
  @SuppressWarnings("NonAtomicVolatileUpdate") // generation: under the lock
  public void reset() {
    lock.lock();
    try {
      if (attachment != ATTACHED) {
        return;
      }
      attachment = RESETTING;
      count(FaultCounter.DROPPED_RESET, partials.drop(Pasid.ALL));
    } finally {
      lock.unlock();
    }
    try {
      flushLowLevel(Pasid.ALL);
    } finally {
      voidAll(FaultCounter.VOIDED_RESET);
      queue.dropUnsent(this);
      stopMarkers.forget(Pasid.ALL);
      lock.lock();
      try {
        generation = generation + 1;
        if (attachment == RESETTING) {
          attachment = ATTACHED;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /// Detaches the device (rule Q20). Cannot fail; a second call does nothing. New reports are
  /// refused, partials are dropped, every group that is not answered yet is answered INVALID now; a
  /// handler that still runs finishes, and its late answer has no effect. Does not wait for
  /// handlers.
  public void remove() {
    lock.lock();
    try {
      if (attachment == DETACHED) {
        return;
      }
      attachment = DETACHED;
      queue.undraw(quota);
      quota = 0;
      openLimit = 0;
      count(FaultCounter.DROPPED_REMOVE, partials.drop(Pasid.ALL));
    } finally {
      lock.unlock();
    }
    voidAll(FaultCounter.VOIDED_REMOVE);
    queue.forget(this);
    device.detach(this);
  }

  /// Waits for the PASID stop marker of a PASID (lesson L37). A marker that came before the call,
  /// and that nobody has waited for, counts.
  ///
  /// @param timeoutNs how long at most; 0 = only look
  /// @return whether it came
  public boolean awaitStopMarker(int pasid, long timeoutNs) throws InterruptedException {
    return stopMarkers.await(pasid, timeoutNs);
  }

  void flushLowLevel(int scope) {
    if (lowLevelQueue != null) {
      lowLevelQueue.flush(this, scope);
    }
  }

  /// Drops the partials of a scope.
  ///
  /// @param end takes the lane's tail and the number of groups so far: what is not before them was
  ///   accepted after the drop
  void dropPartials(int scope, FaultCounter reason, long[] end) {
    lock.lock();
    try {
      count(reason, partials.drop(scope));
      end[0] = lane.writePosition();
      end[1] = lane.admitted();
    } finally {
      lock.unlock();
    }
  }

  int discardPartials() {
    lock.lock();
    try {
      int dropped = partials.drop(Pasid.ALL);
      count(FaultCounter.DROPPED_OVERFLOW, dropped);
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  void dropOldPartials(long receivedBeforeNs) {
    lock.lock();
    try {
      count(FaultCounter.DROPPED_TIMEOUT, partials.dropReceivedBefore(receivedBeforeNs));
    } finally {
      lock.unlock();
    }
  }

  private void voidAll(FaultCounter reason) {
    VoidOperation operation = new VoidOperation(this, Pasid.ALL, reason);
    operation.voidQueued(lane.tail());
    operation.voidSlots();
  }

  // ---- counting ---------------------------------------------------------------------------------

  private void count(FaultCounter counter) {
    count(counter, 1);
  }

  private void count(FaultCounter counter, long n) {
    counts[counter.ordinal()] += n;
  }

  void countShared(FaultCounter counter, long n) {
    shared.getAndAdd(counter.ordinal(), n);
  }

  /// Counts an answer, for the statistics of the device and of the PASID.
  void countAnswer(@Nullable WorkerContext by, @Nullable Route route, ResponseCode code) {
    int counter = FaultCounter.ANSWERED_SUCCESS.ordinal() + code.ordinal();
    if (by == null || by.index == WorkerContext.SHARED) {
      shared.getAndIncrement(counter);
      if (route != null) {
        route.countShared(code);
      }
      return;
    }
    by.blockOf(this).add(counter);
    if (route != null) {
      by.blockOf(route).add(counter);
    }
  }

  void countWork(@Nullable WorkerContext by, @Nullable Route route, FaultCounter counter, long n) {
    if (by == null || by.index == WorkerContext.SHARED) {
      countShared(counter, n);
      return;
    }
    blocks.of(by.index).add(counter, n);
    if (route != null) {
      route.blocks.of(by.index).add(counter, n);
    }
  }

  /// Records the stages of a timed group, and tells the listener.
  void recordTimes(
      @Nullable WorkerContext by,
      FaultGroup group,
      @Nullable Route route,
      ResponseCode code,
      long takenAtNs,
      long resolvedAtNs,
      long answeredAtNs) {
    long received = group.receivedNs();
    long raised = group.raisedNs();
    long accepted = Math.max(received, group.acceptedNs());
    long taken = Math.max(accepted, takenAtNs);
    long resolved = Math.max(taken, resolvedAtNs);
    long answered = Math.max(resolved, answeredAtNs);
    if (by == null || by.index == WorkerContext.SHARED) {
      synchronized (sharedTimes) {
        record(sharedTimes, raised, received, accepted, taken, resolved, answered);
      }
    } else {
      record(blocks.of(by.index), raised, received, accepted, taken, resolved, answered);
      if (route != null) {
        record(route.blocks.of(by.index), raised, received, accepted, taken, resolved, answered);
      }
    }
    if (queue.listenerWantsAnswers()) {
      queue.tellAnswered(group, code, raised, received, accepted, taken, resolved, answered);
    }
  }

  private static void record(
      StageTimes times,
      long raised,
      long received,
      long accepted,
      long taken,
      long resolved,
      long answered) {
    times.record(FaultStage.RING.ordinal(), received - raised, 1);
    times.record(FaultStage.ASSEMBLE.ordinal(), accepted - received, 1);
    times.record(FaultStage.QUEUE.ordinal(), taken - accepted, 1);
    times.record(FaultStage.RESOLVE.ordinal(), resolved - taken, 1);
    times.record(FaultStage.ANSWER.ordinal(), answered - resolved, 1);
    times.record(FaultStage.COUNT, answered - raised, 1);
  }

  /// Returns what this attachment has counted.
  public FaultStatistics statistics() {
    StatisticsSum sum = new StatisticsSum();
    addTo(sum);
    return sum.toStatistics(device.name());
  }

  /// Returns what was counted for each PASID that has a handler now, requests without one included.
  /// Counted from the setting of the handler.
  public List<FaultStatistics> statisticsByPasid() {
    List<FaultStatistics> list = new ArrayList<>();
    for (Route route : device.routes().all()) {
      StatisticsSum sum = new StatisticsSum();
      route.addTo(sum);
      list.add(sum.toStatistics(device.name() + " PASID " + Pasid.toText(route.pasid)));
    }
    return list;
  }

  void addTo(StatisticsSum sum) {
    // Open groups first: a group that is no longer open has been counted before.
    lock.lock();
    try {
      for (FaultCounter counter : FaultCounter.values()) {
        int i = counter.ordinal();
        sum.add(counter, counts[i]);
      }
      sum.add(FaultCounter.MIXED_PASID, partials.mixedPasids());
      sum.pendingPartials += partials.size();
      // A group that was voided by remove has had its answer, even if its handler still runs.
      sum.openGroups += attachment == DETACHED ? 0 : lane.openNow();
      sum.maxOpenGroups += maxOpenGroups;
    } finally {
      lock.unlock();
    }
    for (FaultCounter counter : FaultCounter.values()) {
      sum.add(counter, shared.get(counter.ordinal()));
    }
    blocks.addTo(sum);
    synchronized (sharedTimes) {
      sum.add(sharedTimes);
    }
    for (Route route : device.routes().all()) {
      sum.distinctPages += route.tally.distinctPages.count();
    }
  }

  // ---- snapshots --------------------------------------------------------------------------------

  /// Returns the pending partials in arrival order; a snapshot for people.
  public List<OpenGroup> pendingPartials() {
    List<long[]> found = new ArrayList<>();
    lock.lock();
    try {
      partials.forEach(offset -> {
        long[] record = new long[SNAPSHOT_WORDS];
        for (int i = 0; i < record.length; i++) {
          record[i] = partials.word((int) offset + i);
        }
        found.add(record);
      });
    } finally {
      lock.unlock();
    }
    found.sort(Comparator.comparingLong(record -> record[0]));
    List<OpenGroup> list = new ArrayList<>();
    for (long[] record : found) {
      list.add(
          new OpenGroup(
              "PARTIAL",
              PageRequestBuffer.pasidOf(record[META]),
              (int) record[INDEX],
              record[ADDRESS],
              PageRequestBuffer.accessOf(record[META]),
              1,
              0));
    }
    return list;
  }

  /// Returns the open groups: queued ones in order, then those that run, are delivered, or wait for
  /// the responder; a snapshot for people.
  public List<OpenGroup> openGroups() {
    return new OpenGroups(this).list();
  }

  StageBlocks blocks() {
    return blocks;
  }

  /// Returns whether anybody can still touch a group of this attachment.
  boolean isQuiet() {
    lock.lock();
    try {
      return lane.openNow() == 0 && !inlineBusy;
    } finally {
      lock.unlock();
    }
  }

  FaultLane lane() {
    return lane;
  }

  @Override
  public String toString() {
    return "FaultProducer[" + device.name() + " on " + queue.name() + "]";
  }
}
