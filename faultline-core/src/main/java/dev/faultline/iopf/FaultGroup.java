package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.ADDRESS;
import static dev.faultline.iopf.PageRequestBuffer.INDEX;
import static dev.faultline.iopf.PageRequestBuffer.META;
import static dev.faultline.iopf.PageRequestBuffer.PRIVATE_0;
import static dev.faultline.iopf.PageRequestBuffer.PRIVATE_1;
import static dev.faultline.iopf.PageRequestBuffer.RAISED;
import static dev.faultline.iopf.PageRequestBuffer.RECEIVED;
import static dev.faultline.iopf.PageRequestBuffer.SHIFT;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One page request group as a handler sees it: its requests in arrival order, the last one at the
/// end, and the way to answer.
///
/// A flyweight that its worker uses again for the next group: valid during [FaultHandler#handle]
/// only, on the thread of that call. To answer later, [#deliver] it.
///
/// Inside, it is the *slot* of a group that has left its lane. `words`, `length` and the plain
/// fields are written by the owner before the state word is set to RUNNING, and not again before it
/// is FREE: the state word's release and acquire order makes them safe for whoever reads the state
/// first, and checks afterwards that its stamp is still the same.
public final class FaultGroup extends GroupState.Slot {
  /// Groups up to this size are copied word by word, see [PageRequestBuffer#copyRecord].
  private static final int COPY_BY_WORD = 8;

  private static final VarHandle HOLDERS;

  static {
    try {
      HOLDERS = MethodHandles.lookup().findVarHandle(FaultGroup.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final FaultQueue queue;

  private long serial;

  /// The state word of the present group as it was when it began to run; owner only.
  long running;

  /// The slot's own room for requests.
  private long[] own = new long[1 << SHIFT];

  /// The requests, from `base` on: in the slot's own room, or, while their reporter runs the group
  /// itself, in its buffer.
  long[] words = own;

  int base;
  int length;
  @Nullable FaultProducer producer;
  @Nullable Route route;
  @Nullable WorkerContext context;

  /// Position in the producer's lane, or number among its groups if the reporter runs it itself:
  /// what a flush that began earlier need not wait for.
  long position;

  boolean direct;

  long ownerThread;
  long takenNs;
  private long resolvedNs;
  private boolean timed;
  ResponseCode answer = ResponseCode.INVALID;

  /// Whether the slot has left its worker: delivered, or its response has to wait. Owner only.
  boolean kept;

  /// Slot for whose group the thread of this one waits inside a flush; for the detection of
  /// circles.
  volatile @Nullable FaultGroup waitingFor;

  /// Who still can touch a kept slot: its handler's call, and whoever is to answer.
  @SuppressWarnings("unused") // through HOLDERS
  private volatile int holders;

  FaultGroup(FaultQueue queue) {
    this.queue = queue;
  }

  // ---- what handlers see ------------------------------------------------------------------------

  /// Returns the device that faulted.
  public FaultDevice device() {
    return producer().device();
  }

  /// Returns the attachment through which the group came.
  public FaultProducer producer() {
    FaultProducer p = producer;
    if (p == null) {
      throw new IllegalStateException("the group is not in use");
    }
    return p;
  }

  /// Returns the number of requests, the last one included.
  public int size() {
    return length;
  }

  /// Returns the PASID that all requests carry, or [Pasid#NONE].
  public int pasid() {
    return PageRequestBuffer.pasidOf(words[base + META]);
  }

  /// Returns the page request group index.
  public int groupIndex() {
    return (int) words[base + INDEX];
  }

  /// Returns the requester id of the last request.
  public int requesterId() {
    return (int) (words[last() + INDEX] >>> 32);
  }

  /// Returns the byte address of request `i`.
  public long address(int i) {
    return words[at(i) + ADDRESS];
  }

  /// Returns the permissions that request `i` asks for, bits of [Access].
  public int access(int i) {
    return PageRequestBuffer.accessOf(words[at(i) + META]);
  }

  /// Returns the first half of the private data of request `i`.
  public long privateData0(int i) {
    return words[at(i) + PRIVATE_0];
  }

  /// Returns the second half of the private data of request `i`.
  public long privateData1(int i) {
    return words[at(i) + PRIVATE_1];
  }

  /// Answers the group, once (rule Q50). From the thread of the handler's call only.
  ///
  /// @return [RespondStatus#STALE] if it was answered or voided before
  public RespondStatus respond(ResponseCode code) {
    if (Thread.currentThread().threadId() != ownerThread || !move(running, GroupState.ANSWERING)) {
      producer().countShared(FaultCounter.STALE_ANSWERS, 1);
      return RespondStatus.STALE;
    }
    return send(code);
  }

  /// Keeps the group: the handler may return, and the group is answered later, once, by any thread
  /// through the handle. The engine bounds how many can be kept: they are open groups.
  ///
  /// @throws IllegalStateException if the group was answered or voided before
  public DeliveredGroup deliver() {
    DeliveredGroup delivered = tryDeliver();
    if (delivered == null) {
      throw new IllegalStateException("the group was answered or voided before");
    }
    return delivered;
  }

  /// Delivers the group, or returns null if somebody has answered or voided it.
  @Nullable DeliveredGroup tryDeliver() {
    // TAKEN while the requests move: whoever wants to void the group waits, and never sees them
    // half
    // moved. No foreign code runs meanwhile.
    if (Thread.currentThread().threadId() != ownerThread || !move(running, GroupState.TAKEN)) {
      return null;
    }
    takeOver();
    HOLDERS.setOpaque(this, 2);
    kept = true;
    long delivered = GroupState.with(running, GroupState.DELIVERED);
    producer().countShared(FaultCounter.DELIVERED, 1);
    setState(delivered);
    return new DeliveredGroup(this, delivered);
  }

  // ---- the slot ---------------------------------------------------------------------------------

  private int at(int i) {
    if (i < 0 || i >= length) {
      throw new IndexOutOfBoundsException("request " + i + " of " + length);
    }
    return base + (i << SHIFT);
  }

  /// Returns where the last request lies in the words.
  int last() {
    return base + ((length - 1) << SHIFT);
  }

  long acceptedNs() {
    return words[last() + RECEIVED];
  }

  /// Returns whether the group's stages are timed.
  boolean isTimed() {
    return timed;
  }

  /// Copies a group out of its lane; the caller owns it there (TAKEN) and owns this slot (FREE).
  void load(FaultLane.Segment segment, long from, int requests) {
    long[] w = ensure(requests);
    direct = false;
    long[] source = segment.words;
    int offset = segment.offset(from);
    length = requests;
    position = from;
    if (requests <= COPY_BY_WORD) {
      for (int i = 0; i < requests; i++) {
        PageRequestBuffer.copyRecord(source, segment.offset(from + i), w, i << SHIFT);
      }
    } else {
      int straight = Math.min(requests << SHIFT, source.length - offset);
      System.arraycopy(source, offset, w, 0, straight);
      if (straight < requests << SHIFT) {
        System.arraycopy(source, 0, w, straight, (requests << SHIFT) - straight);
      }
    }
    timed = w[last() + RECEIVED] != 0 && w[RECEIVED] != 0;
  }

  /// Returns the route that the loaded group was accepted for, or null if it is gone.
  @Nullable Route routeOf(FaultRoutes routes) {
    Route found = routes.find(pasid());
    int number = (int) (words[last() + META] >>> PageRequestBuffer.ROUTE_SHIFT);
    return found != null && found.number == number ? found : null;
  }

  /// Returns words for a group of `requests`.
  long[] ensure(int requests) {
    long[] w = own;
    if (w.length < requests << SHIFT) {
      w = new long[Integer.highestOneBit(Math.max(1, requests * 2 - 1)) << SHIFT];
      own = w;
    }
    if (words != w) {
      words = w;
    }
    base = 0;
    return w;
  }

  /// Lets the requests stay in the reporter's buffer as long as it runs the group itself.
  void borrow(long[] buffer, int at) {
    if (words != buffer) {
      words = buffer;
    }
    base = at;
  }

  /// Takes requests that lie in a reporter's buffer into the slot's own room, since the slot will
  /// outlive the report.
  private void takeOver() {
    if (words != own) {
      long[] buffer = words;
      int at = base;
      System.arraycopy(buffer, at, ensure(length), 0, length << SHIFT);
    }
  }

  /// Notes what the reporter has written into the words itself.
  void loaded(int requests, long number, boolean isTimed) {
    length = requests;
    position = number;
    direct = true;
    timed = isTimed;
  }

  /// Returns whether the group was accepted before a flush began that saw `end`.
  boolean isBefore(long[] end) {
    return position < end[direct ? 1 : 0];
  }

  /// Shows the loaded group as running.
  void begin(WorkerContext by, FaultProducer from, @Nullable Route to, long thread) {
    // A reference that is stored anew costs the collector's barrier, so only what has changed is.
    if (context != by) {
      context = by;
    }
    if (producer != from) {
      producer = from;
    }
    if (route != to) {
      route = to;
    }
    ownerThread = thread;
    kept = false;
    running = GroupState.word(++serial, length, GroupState.RUNNING);
    setState(running);
  }

  /// Sends the answer; the caller has moved the state to ANSWERING.
  RespondStatus send(ResponseCode code) {
    if (answer != code) {
      answer = code;
    }
    FaultProducer p = producer();
    resolvedNs = timed ? queue.clock().nanoTime() : 0;
    WorkerContext by = context;
    if (kept) {
      by = null;
    }
    boolean taken =
        by == null ? p.send(words, last(), code) : p.send(by.response, words, last(), code);
    if (taken) {
      finish(by);
      return RespondStatus.SENT;
    }
    if (by != null) {
      takeOver();
      HOLDERS.setOpaque(this, 2);
      kept = true;
    }
    queue.keepUnsent(this);
    return RespondStatus.PENDING;
  }

  /// Tries again to send an answer that the responder did not take.
  boolean retrySend() {
    if (!producer().send(words, last(), answer)) {
      return false;
    }
    finish(null);
    release();
    return true;
  }

  /// Gives up an answer that the responder did not take: the device was reset.
  void abandonSend() {
    producer().countShared(FaultCounter.VOIDED_RESET, 1);
    setState(GroupState.with(running, GroupState.VOIDED));
    release();
  }

  private void finish(@Nullable WorkerContext by) {
    // Counted before the state says so: whoever has waited for the state sees the count.
    FaultProducer p = producer();
    if (timed) {
      long answeredNs = queue.clock().nanoTime();
      p.recordTimes(by, this, route, answer, takenNs, resolvedNs, answeredNs);
    }
    p.countAnswer(by, route, answer);
    setState(GroupState.with(running, GroupState.ANSWERED));
  }

  /// One holder less of a kept slot; the last one gives it back.
  void release() {
    if ((int) HOLDERS.getAndAdd(this, -1) == 1) {
      FaultProducer p = producer();
      recycle();
      p.lane().complete(WorkerContext.SHARED);
      queue.giveSlot(this);
    }
  }

  /// Makes the slot free for the next group; nobody else can touch the present one any more.
  void recycle() {
    assert poison();
    setState(GroupState.with(running, GroupState.FREE));
  }

  private boolean poison() {
    if (words == own) {
      Arrays.fill(own, 0, length << SHIFT, 0xDEAD_DEAD_DEAD_DEADL);
    }
    return true;
  }

  /// Returns a copy for somebody who does not own the slot; valid only if the state word that was
  /// read before is still the same afterwards, and safe even if it is not.
  FaultGroup copy() {
    FaultGroup copy = new FaultGroup(queue);
    long[] w = words;
    int from = Math.min(base, w.length - (1 << SHIFT));
    int requests = Math.clamp(length, 1, (w.length - from) >>> SHIFT);
    copy.own = Arrays.copyOfRange(w, from, from + (requests << SHIFT));
    copy.words = copy.own;
    copy.length = requests;
    copy.producer = producer;
    copy.route = route;
    copy.takenNs = takenNs;
    copy.timed = timed;
    return copy;
  }

  long raisedNs() {
    long raised = words[base + RAISED];
    long received = receivedNs();
    return raised == 0 || raised > received ? received : raised;
  }

  long receivedNs() {
    return words[base + RECEIVED];
  }

  OpenGroup describe(long word) {
    return new OpenGroup(
        GroupState.name(word),
        pasid(),
        groupIndex(),
        words[last() + ADDRESS],
        PageRequestBuffer.accessOf(words[last() + META]),
        length,
        acceptedNs());
  }

  @Override
  public String toString() {
    return "FaultGroup[state=%s requests=%d]".formatted(GroupState.name(stateWord()), length);
  }
}
