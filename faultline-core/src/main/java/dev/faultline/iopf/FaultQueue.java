package dev.faultline.iopf;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/// A software fault queue: attaches devices, hands their page request groups to workers, closes.
///
/// Any number of queues may be open; a driver chooses its topology by how many it opens and which
/// devices it adds to which (rule Q1): one for everything, one for each IOMMU, hardware queue,
/// domain, or device.
///
/// Every device has a lane of its own. A worker goes round the lanes that have work and takes a
/// bounded number of groups from each, so that a storm from one device delays another's single
/// fault by one pass at most (rule Q45). A bit for each lane says whether workers have to look at
/// it: the reporter sets it when it finds it clear, a worker clears it when the lane has been empty
/// for a while, and a full fence between publishing and looking, on both sides, keeps a group from
/// being overlooked.
///
/// Lock order: this object's monitor (attach, detach, close, slots), then a producer's lock. The
/// hot path takes neither the monitor nor two locks. Thread-safe.
public final class FaultQueue implements AutoCloseable {
  /// Largest number of records in one lane, if groups are not larger still.
  static final int LANE_RECORDS = 16_384;

  private static final int EMPTY_POLLS = 1_000;

  // What became of an attempt to run a queued group.
  static final int RUN = 0;
  static final int LOST = 1;
  static final int NOT_ITS_TURN = 2;

  private final FaultQueueConfig config;
  private final FaultClock clock;
  private final boolean inline;
  private final boolean ordered;
  private final boolean listenerWantsAnswers;
  private final RateLimitedLog log;
  private final UnsentResponses unsent = new UnsentResponses();
  private final AtomicLong stale = new AtomicLong();
  private final AtomicLong listenerErrors = new AtomicLong();

  /// Lanes by index; replaced as a whole under the monitor when it grows.
  private volatile @Nullable FaultLane[] lanes = new @Nullable FaultLane[16];

  private volatile int laneEnd;

  /// One bit for each lane that workers look at.
  private final AtomicLongArray active;

  /// Groups that devices may have open, of the capacity.
  private final AtomicInteger quotaDrawn = new AtomicInteger();

  private int reclaimCursor;

  /// All slots; written under the monitor.
  private volatile FaultGroup[] slots = new FaultGroup[0];

  /// Guards slots and contexts. The last lock in the order: a reporter takes it under its own.
  private final Object slotGuard = new Object();

  private int slotCount;

  /// Stands in the places of `slots` that are not taken yet: a slot that is always free.
  private final FaultGroup unused = new FaultGroup(this);

  private FaultGroup[] freeSlots = new FaultGroup[16];
  private int freeSlotCount;
  private final List<WorkerContext> freeContexts = new ArrayList<>();

  private final WorkerContext[] contexts;
  private final WorkerThreads threads;
  private volatile boolean closed;
  private long stuckUpToNs = Long.MIN_VALUE;

  /// What removed producers had counted.
  private final StatisticsSum removed = new StatisticsSum();

  /// Removed producers with groups that somebody can still touch.
  private final List<FaultProducer> retired = new ArrayList<>();

  private FaultQueue(FaultQueueConfig config) {
    this.config = config;
    clock = config.clock();
    inline = config.workers().kind == FaultWorkers.Kind.CALLER;
    ordered = config.orderedPerPasid();
    listenerWantsAnswers = config.listener().wantsAnswers();
    log = new RateLimitedLog(clock, config.logLinesPerSecond());
    active = new AtomicLongArray((config.maxDevices() + Long.SIZE - 1) / Long.SIZE);
    contexts = new WorkerContext[config.workers().count()];
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = new WorkerContext(i, takeSlot());
    }
    threads = new WorkerThreads(this, contexts.length);
  }

  /// Opens a queue and starts its workers.
  ///
  /// @throws IllegalArgumentException if a setting is out of range; it names value and range (rule
  ///   Q5)
  public static FaultQueue open(FaultQueueConfig config) {
    config.validate();
    FaultQueue queue = new FaultQueue(config);
    if (config.workers().kind == FaultWorkers.Kind.THREADS) {
      queue.threads.start();
    }
    return queue;
  }

  /// Returns the name.
  public String name() {
    return config.name();
  }

  /// Returns the settings.
  public FaultQueueConfig config() {
    return config;
  }

  /// Returns whether the queue was closed.
  public boolean isClosed() {
    return closed;
  }

  // ---- devices ----------------------------------------------------------------------------------

  /// Attaches a device (rule Q10).
  ///
  /// @throws IllegalStateException if it is attached already (names both queues), or the queue is
  ///   closed or full
  public FaultProducer addDevice(FaultDevice device) {
    return addDevice(device, config.lowLevelQueue());
  }

  /// Attaches a device that has another hardware queue than the rest of this queue.
  ///
  /// @throws IllegalStateException as above
  public synchronized FaultProducer addDevice(
      FaultDevice device, @Nullable LowLevelQueue lowLevelQueue) {
    if (closed) {
      throw new IllegalStateException("queue " + name() + " is closed");
    }
    int index = freeLane();
    if (index == config.maxDevices()) {
      throw new IllegalStateException(
          "queue " + name() + " has its largest number of devices: " + config.maxDevices());
    }
    FaultProducer producer = new FaultProducer(this, device, lowLevelQueue, index);
    FaultProducer other = device.attach(producer);
    if (other != null) {
      throw new IllegalStateException(
          "device %s cannot be added to queue %s: it is attached to queue %s"
              .formatted(device.name(), name(), other.queue().name()));
    }
    // Groups of an earlier attachment keep their routes; what is counted for this one begins anew.
    device.routes().renew();
    @Nullable FaultLane[] now = lanes;
    if (index >= now.length) {
      now = Arrays.copyOf(now, Math.min(config.maxDevices(), now.length * 2));
    }
    now[index] = producer.lane();
    lanes = now;
    laneEnd = Math.max(laneEnd, index + 1);
    // Somebody may have reported through the device's attachment before the lane was in its place.
    threads.wakeOne();
    return producer;
  }

  private int freeLane() {
    @Nullable FaultLane[] now = lanes;
    int end = laneEnd;
    for (int i = 0; i < end; i++) {
      if (now[i] == null) {
        return i;
      }
    }
    return end;
  }

  /// Returns the attached producers; a snapshot.
  public List<FaultProducer> producers() {
    List<FaultProducer> list = new ArrayList<>();
    @Nullable FaultLane[] now = lanes;
    for (FaultLane lane : now) {
      if (lane != null) {
        list.add(lane.producer);
      }
    }
    return list;
  }

  /// Takes a removed producer off the list. What it counts is kept until nobody can touch its
  /// groups any more, and then added up.
  synchronized void forget(FaultProducer producer) {
    retired.add(producer);
    foldRetired();
    FaultLane lane = producer.lane();
    @Nullable FaultLane[] copy = lanes.clone();
    copy[lane.index] = null;
    lanes = copy;
    setActive(lane.index, false);
  }

  private synchronized void foldRetired() {
    retired.removeIf(producer -> {
      if (!producer.isQuiet() || hasUnsent(producer, Pasid.ALL)) {
        return false;
      }
      producer.addTo(removed);
      return true;
    });
  }

  /// Drops the partials of every device of this queue: to be called by the driver when its hardware
  /// queue has overflowed, since any group may have lost its last request (rule Q70). Tells each
  /// device's listener how many. Runs beside reports.
  ///
  /// @return how many
  public int discardPartials() {
    int total = 0;
    for (FaultProducer producer : producers()) {
      int dropped = producer.discardPartials();
      total += dropped;
      try {
        config.listener().partialsLost(producer, dropped);
      } catch (RuntimeException | Error e) {
        listenerErrors.incrementAndGet();
      }
    }
    return total;
  }

  // ---- capacity ---------------------------------------------------------------------------------

  /// Draws a step of the capacity for a device whose lock the caller holds.
  int drawQuota(FaultProducer producer) {
    int capacity = config.groupCapacity();
    int step = Math.clamp(capacity / 64, 1, 64);
    int drawn = tryDraw(step, capacity);
    if (drawn > 0) {
      return drawn;
    }
    reclaim(producer);
    return tryDraw(step, capacity);
  }

  /// Returns how much of the capacity no device has drawn.
  int undrawn() {
    return config.groupCapacity() - quotaDrawn.get();
  }

  void undraw(int quota) {
    quotaDrawn.addAndGet(-quota);
  }

  private int tryDraw(int step, int capacity) {
    while (true) {
      int now = quotaDrawn.get();
      int more = Math.min(step, capacity - now);
      if (more <= 0) {
        return 0;
      }
      if (quotaDrawn.compareAndSet(now, now + more)) {
        return more;
      }
    }
  }

  /// Takes back what other devices have drawn and do not use: a bounded number of them at a time,
  /// so that a storm at the limit does not cost more for every refused request.
  private void reclaim(FaultProducer producer) {
    @Nullable FaultLane[] now = lanes;
    int end = laneEnd;
    int at = reclaimCursor;
    for (int i = 0; i < Math.min(end, 64); i++) {
      at = at + 1 >= end ? 0 : at + 1;
      FaultLane lane = now[at];
      if (lane != null && lane.producer != producer) {
        quotaDrawn.addAndGet(-lane.producer.returnQuota());
      }
    }
    reclaimCursor = at;
  }

  // ---- running groups ---------------------------------------------------------------------------

  boolean isInline() {
    return inline;
  }

  boolean isOrdered() {
    return ordered;
  }

  boolean isStepped() {
    return config.workers().kind == FaultWorkers.Kind.STEPPED;
  }

  /// Returns whether several threads may run groups at a time.
  boolean isConcurrent() {
    return switch (config.workers().kind) {
      case THREADS -> contexts.length > 1;
      case CALLER -> true;
      case STEPPED -> false;
    };
  }

  /// Shows the workers that a lane has groups; after they were published.
  void signal(FaultLane lane) {
    VarHandle.fullFence();
    int word = lane.index >>> 6;
    long bit = 1L << lane.index;
    if ((active.getOpaque(word) & bit) == 0) {
      setActive(lane.index, true);
      threads.wakeOne();
    } else if (contexts.length > 1 && threads.hasSleepers() && lane.head() < lane.before()) {
      // Whoever looks after this lane has not come to what was there before: it may be stuck.
      threads.wakeOne();
    }
  }

  /// Lets workers overlook a lane until somebody signals it. Looks afterwards at what is under the
  /// index by then, which may be another device's lane.
  private void deactivate(int index) {
    setActive(index, false);
    VarHandle.fullFence();
    FaultLane lane = lanes[index];
    if (lane != null && !lane.isEmpty()) {
      setActive(index, true);
    }
  }

  private void setActive(int index, boolean on) {
    int word = index >>> 6;
    long bit = 1L << index;
    long before;
    do {
      before = active.get(word);
    } while (!active.compareAndSet(word, before, on ? before | bit : before & ~bit));
  }

  boolean hasActiveLanes() {
    int words = (laneEnd + Long.SIZE - 1) >>> 6;
    for (int i = 0; i < words; i++) {
      if (active.get(i) != 0) {
        return true;
      }
    }
    return false;
  }

  /// Lets one worker of a stepped queue run groups on the calling thread, going round the devices
  /// where it stopped the last time; also sends what responders had not taken.
  ///
  /// @param worker index of the worker
  /// @param maxGroups largest number of groups
  /// @return how many it has run
  public int step(int worker, int maxGroups) {
    if (!isStepped()) {
      throw new IllegalStateException("queue " + name() + " is not stepped");
    }
    WorkerContext context = contexts[worker];
    retryUnsent();
    int groups = 0;
    int more;
    do {
      more = pass(context, maxGroups - groups);
      groups += more;
    } while (more > 0 && groups < maxGroups);
    return groups;
  }

  /// Goes once round the lanes that have work.
  ///
  /// @return how many groups were run
  int pass(WorkerContext context, int maxGroups) {
    int end = laneEnd;
    if (end == 0) {
      return 0;
    }
    @Nullable FaultLane[] now = lanes;
    int groups = 0;
    int start = context.cursor >= end ? 0 : context.cursor;
    int index = start;
    int seen = 0;
    while (seen < end && groups < maxGroups) {
      long bits = active.getOpaque(index >>> 6) >>> index;
      if (bits == 0) {
        int skip = Math.min(Long.SIZE - (index & 63), end - index);
        seen += skip;
        index = index + skip >= end ? 0 : index + skip;
        continue;
      }
      int gap = Long.numberOfTrailingZeros(bits);
      seen += gap + 1;
      index += gap;
      if (index >= end) {
        seen = seen - (index - end) - 1;
        index = 0;
        continue;
      }
      FaultLane lane = now[index];
      if (lane != null) {
        groups += visit(context, lane, Math.min(config.passGroups(), maxGroups - groups));
      } else {
        // Signalled when its device had gone already: nobody else clears it.
        deactivate(index);
      }
      index = index + 1 >= end ? 0 : index + 1;
    }
    context.cursor = index;
    return groups;
  }

  private int visit(WorkerContext context, FaultLane lane, int maxGroups) {
    if (lane.isEmpty()) {
      if (++lane.emptyPolls > EMPTY_POLLS || isStepped()) {
        lane.emptyPolls = 0;
        deactivate(lane.index);
      }
      return 0;
    }
    if (lane.emptyPolls != 0) {
      lane.emptyPolls = 0;
    }
    return drain(context, lane, maxGroups);
  }

  /// Runs the groups of a lane that are in it now.
  ///
  /// @return how many
  int drain(WorkerContext context, FaultLane lane, int maxGroups) {
    long end = lane.tail();
    long position = lane.head();
    FaultLane.Segment segment = lane.segmentOf(position);
    int groups = 0;
    long from = position;
    boolean allFree = true;
    context.beginDrain(lane, position, end);
    while (position < end && groups < maxGroups) {
      segment = FaultLane.forward(segment, position);
      long word = GroupState.get(segment.words, segment.offset(position));
      if (!GroupState.hasStamp(word, position)) {
        // Other takers have gone on and the ring was used again.
        position = Math.max(position + 1, lane.head());
        segment = lane.segmentOf(position);
        allFree = false;
        continue;
      }
      if (GroupState.state(word) == GroupState.QUEUED) {
        context.noteTail(position, end);
        if (position + GroupState.length(word) < end) {
          // This group's handler may take long: somebody else is to look at the next one.
          threads.wakeOne();
        }
        int run = runOne(context, lane, segment, position, word);
        if (run == RUN) {
          groups++;
        } else {
          allFree = false;
          if (run == NOT_ITS_TURN && !context.skip(pasidAt(segment, position))) {
            break;
          }
        }
      } else {
        allFree = false;
      }
      position += GroupState.length(word);
    }
    if (!allFree || !lane.moveHead(from, position, segment)) {
      lane.advanceHead();
    }
    throwFatal(context);
    return groups;
  }

  private static int pasidAt(FaultLane.Segment segment, long position) {
    return PageRequestBuffer.pasidOf(
        segment.words[segment.offset(position) + PageRequestBuffer.META]);
  }

  /// Takes one queued group and runs it, unless somebody else was faster.
  ///
  /// @return [#RUN], [#LOST], or [#NOT_ITS_TURN] if it must wait for an earlier group of its PASID
  int runOne(
      WorkerContext context, FaultLane lane, FaultLane.Segment segment, long position, long word) {
    int length = GroupState.length(word);
    long[] words = segment.words;
    int offset = segment.offset(position);
    long lastMeta = words[segment.offset(position + length - 1) + PageRequestBuffer.META];
    int pasid = PageRequestBuffer.pasidOf(lastMeta);
    FaultProducer producer = lane.producer;
    int number = (int) (lastMeta >>> PageRequestBuffer.ROUTE_SHIFT);
    Route route = context.routeOf(producer.device().routes(), pasid, number);
    boolean turn = ordered && route != null;
    if (turn && (context.isSkipped(pasid) || (route != null && !route.takeTurn()))) {
      return NOT_ITS_TURN;
    }
    try {
      if (!GroupState.move(words, offset, word, GroupState.TAKEN)) {
        return LOST;
      } else {
        FaultGroup slot = context.slot;
        slot.load(segment, position, length);
        slot.begin(context, producer, route, Thread.currentThread().threadId());
        GroupState.set(words, offset, GroupState.with(word, GroupState.FREE));
        run(context, slot, producer, route);
      }
    } finally {
      if (turn && route != null) {
        route.endTurn();
      }
    }
    return RUN;
  }

  /// Runs the group in a context's slot, which shows it as running.
  void run(WorkerContext context, FaultGroup slot, FaultProducer producer, @Nullable Route route) {
    slot.takenNs = slot.isTimed() ? clock.nanoTime() : 0;
    if (route == null) {
      producer.countWork(context, null, FaultCounter.REBOUND, 1);
      slot.respond(ResponseCode.INVALID);
    } else {
      try {
        route.handler.handle(slot);
      } catch (Throwable failure) {
        handlerFailed(context, producer, slot, failure);
      }
      if (!slot.kept && slot.stateWord() == slot.running) {
        producer.countWork(context, null, FaultCounter.HANDLER_SILENT, 1);
        slot.respond(ResponseCode.INVALID);
      }
    }
    if (slot.kept) {
      context.slot = takeSlot();
      slot.release();
    } else {
      slot.recycle();
      producer.lane().complete(context.index);
    }
  }

  private void handlerFailed(
      WorkerContext context, FaultProducer producer, FaultGroup slot, Throwable failure) {
    producer.countWork(context, null, FaultCounter.HANDLER_ERRORS, 1);
    if (!slot.kept && slot.stateWord() == slot.running) {
      slot.respond(ResponseCode.INVALID);
    }
    if (failure instanceof VirtualMachineError fatal) {
      context.fatal = fatal;
    } else if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (log.permits()) {
      log.warn(producer + ": a handler threw; its group was answered INVALID", failure);
    }
    try {
      config.listener().handlerFailed(producer, failure);
    } catch (RuntimeException | Error e) {
      listenerErrors.incrementAndGet();
    }
  }

  /// Throws a fatal error of the VM that a handler met, once the groups are in order.
  void throwFatal(WorkerContext context) {
    VirtualMachineError fatal = context.fatal;
    if (fatal != null) {
      context.fatal = null;
      throw fatal;
    }
  }

  // ---- slots and contexts -----------------------------------------------------------------------

  FaultGroup takeSlot() {
    synchronized (slotGuard) {
      if (freeSlotCount > 0) {
        return freeSlots[--freeSlotCount];
      }
      if (slotCount == slots.length) {
        FaultGroup[] grown = Arrays.copyOf(slots, Math.max(8, slotCount * 2));
        Arrays.fill(grown, slotCount, grown.length, unused);
        slots = grown;
      }
      FaultGroup slot = new FaultGroup(this);
      // Whoever scans the slots reads the array by the volatile field, which is written last.
      FaultGroup[] now = slots;
      now[slotCount++] = slot;
      slots = now;
      return slot;
    }
  }

  void giveSlot(FaultGroup slot) {
    synchronized (slotGuard) {
      if (freeSlotCount == freeSlots.length) {
        freeSlots = Arrays.copyOf(freeSlots, freeSlotCount * 2);
      }
      freeSlots[freeSlotCount++] = slot;
    }
  }

  /// Makes the context of a reporter that runs its groups itself.
  WorkerContext newInlineContext() {
    return new WorkerContext(0, takeSlot());
  }

  WorkerContext borrowContext() {
    synchronized (slotGuard) {
      if (!freeContexts.isEmpty()) {
        return freeContexts.removeLast();
      }
      return new WorkerContext(WorkerContext.SHARED, takeSlot());
    }
  }

  void returnContext(WorkerContext context) {
    synchronized (slotGuard) {
      freeContexts.add(context);
    }
  }

  WorkerContext context(int worker) {
    return contexts[worker];
  }

  // ---- responses that wait ----------------------------------------------------------------------

  void keepUnsent(FaultGroup group) {
    unsent.add(group);
    threads.wakeOne();
  }

  void keepUnsent(FaultProducer producer, long[] words, int at, ResponseCode code) {
    long[] copy = Arrays.copyOfRange(words, at, at + PageRequestBuffer.WORDS);
    if (!unsent.add(producer, copy, code)) {
      producer.countShared(FaultCounter.RESPONSES_DROPPED, 1);
    }
    threads.wakeOne();
  }

  boolean hasUnsent() {
    return unsent.size() > 0;
  }

  boolean hasUnsent(FaultProducer producer, int scope) {
    return unsent.size() > 0 && unsent.has(producer, scope);
  }

  /// Forgets what a device has not been sent: it was reset.
  void dropUnsent(FaultProducer producer) {
    unsent.drop(producer);
  }

  void retryUnsent() {
    if (unsent.size() > 0) {
      unsent.retry();
    }
  }

  // ---- periodic duties --------------------------------------------------------------------------

  /// Does what depends on time: drops partials that are too old (rule Q36), finds groups past the
  /// response deadline (rule Q55), retries responses. A queue with threads that has such a limit
  /// calls it by itself; on inline and stepped queues it is the owner's to call.
  public void tick() {
    retryUnsent();
    long now = clock.nanoTime();
    if (config.partialTimeoutNs() > 0) {
      for (FaultProducer producer : producers()) {
        producer.dropOldPartials(now - config.partialTimeoutNs());
      }
    }
    if (config.responseDeadlineNs() > 0) {
      findStuck(now - config.responseDeadlineNs());
    }
  }

  /// A group becomes stuck when the deadline passes the time of its last request: between two
  /// ticks, so every group is told once without a mark on it.
  private synchronized void findStuck(long upToNs) {
    long from = stuckUpToNs;
    stuckUpToNs = upToNs;
    for (FaultProducer producer : producers()) {
      for (OpenGroup group : producer.openGroups()) {
        if (group.acceptedNs() > from && group.acceptedNs() <= upToNs) {
          producer.countShared(FaultCounter.STUCK, 1);
          if (log.permits()) {
            log.warn(producer + ": no answer within the deadline: " + group);
          }
          try {
            config.listener().groupStuck(producer, group);
          } catch (RuntimeException | Error e) {
            listenerErrors.incrementAndGet();
          }
        }
      }
      if (config.deadlineAnswersInvalid()) {
        VoidOperation operation =
            new VoidOperation(producer, Pasid.ALL, FaultCounter.VOIDED_DEADLINE, upToNs);
        operation.voidQueued(producer.lane().tail());
        operation.voidSlots();
      }
    }
  }

  // ---- close ------------------------------------------------------------------------------------

  /// Closes the queue (rule Q4): detaches every device as [FaultProducer#remove] does, lets running
  /// handlers finish, ends all threads. A second call does nothing.
  ///
  /// @throws IllegalStateException from inside a handler of this queue
  @Override
  public void close() {
    close(Long.MAX_VALUE);
  }

  /// Closes the queue, but waits no longer than `timeoutNs` for handlers and threads. Devices are
  /// detached in any case.
  ///
  /// @return whether everything has ended
  /// @throws IllegalStateException from inside a handler of this queue
  public boolean close(long timeoutNs) {
    threads.refuseFromHandler();
    synchronized (this) {
      closed = true;
    }
    for (FaultProducer producer : producers()) {
      producer.remove();
    }
    return threads.end(timeoutNs);
  }

  /// Closes the queue if no device is attached to it; else leaves it working.
  ///
  /// @return whether it was closed
  public boolean closeIfUnused() {
    synchronized (this) {
      if (!producers().isEmpty()) {
        return false;
      }
      closed = true;
    }
    return threads.end(Long.MAX_VALUE);
  }

  FaultGroup[] slots() {
    return slots;
  }

  // ---- events and statistics --------------------------------------------------------------------

  FaultClock clock() {
    return clock;
  }

  RateLimitedLog log() {
    return log;
  }

  boolean listenerWantsAnswers() {
    return listenerWantsAnswers;
  }

  void tellUnrecoverable(FaultProducer producer, PageRequestBuffer batch, int i) {
    try {
      config
          .listener()
          .unrecoverableFault(
              producer, batch.requesterId(i), batch.pasid(i), batch.address(i), batch.access(i));
    } catch (RuntimeException | Error e) {
      listenerErrors.incrementAndGet();
    }
  }

  void tellAnswered(
      FaultGroup group,
      ResponseCode code,
      long raisedNs,
      long receivedNs,
      long acceptedNs,
      long takenNs,
      long resolvedNs,
      long answeredNs) {
    try {
      config
          .listener()
          .groupAnswered(
              group, code, raisedNs, receivedNs, acceptedNs, takenNs, resolvedNs, answeredNs);
    } catch (RuntimeException | Error e) {
      listenerErrors.incrementAndGet();
    }
  }

  void countStale() {
    stale.incrementAndGet();
  }

  /// Returns what the queue has counted, removed devices included.
  public FaultStatistics statistics() {
    StatisticsSum sum = new StatisticsSum();
    synchronized (this) {
      foldRetired();
      sum.add(removed);
      for (FaultProducer producer : retired) {
        producer.addTo(sum);
      }
      for (FaultProducer producer : producers()) {
        producer.addTo(sum);
      }
    }
    sum.add(FaultCounter.STALE_ANSWERS, stale.get());
    sum.add(FaultCounter.LISTENER_ERRORS, listenerErrors.get());
    sum.add(FaultCounter.LOG_SUPPRESSED, log.suppressed());
    return sum.toStatistics(name());
  }

  @Override
  public String toString() {
    return "FaultQueue[" + name() + ", " + config.workers() + (closed ? ", closed]" : "]");
  }
}
