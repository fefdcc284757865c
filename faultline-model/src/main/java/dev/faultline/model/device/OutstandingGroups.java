package dev.faultline.model.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The page request groups of a device that are not answered yet, by group index; and the hand-over
/// of answers from whatever thread brings them to the device's thread.
///
/// An answer is a word for each index: the device sets OPEN before it sends the group; whoever
/// brings the answer moves it to the code with a compare-and-swap, counts it, and wakes the device
/// if that waits. The device announces itself before it looks at the count for the last time, so no
/// wake-up is lost.
///
/// Indices are handed out in turn, the one that came back last comes last again: an answer to a
/// forgotten group is then rarely taken for that of a new one (lesson L11).
final class OutstandingGroups {
  private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int FREE = -1;
  private static final int OPEN = -2;
  private static final int SPINS = 2000;
  private static final int YIELDS = 50;

  private final int[] state;
  private final int[] size;
  private final int[] firstRequest;
  private final long[] raisedNs;

  // Free indices, a ring.
  private final int[] free;
  private int freeHead;
  private int freeCount;

  // Indices of groups that are open or not yet taken, in the order they were raised.
  private final int[] order;
  private int count;

  private final AtomicLong answers = new AtomicLong();
  private long answersSeen;
  private volatile @Nullable Thread waiter;

  OutstandingGroups(int indices) {
    state = new int[indices];
    size = new int[indices];
    firstRequest = new int[indices];
    raisedNs = new long[indices];
    free = new int[indices];
    order = new int[indices];
    for (int i = 0; i < indices; i++) {
      state[i] = FREE;
      free[i] = i;
    }
    freeCount = indices;
  }

  // The device's thread.

  boolean hasFreeIndex() {
    return freeCount > 0;
  }

  int count() {
    return count;
  }

  int groupAt(int position) {
    return order[position];
  }

  int size(int group) {
    return size[group];
  }

  int firstRequest(int group) {
    return firstRequest[group];
  }

  long raisedNs(int group) {
    return raisedNs[group];
  }

  /// Opens a group; there must be a free index.
  int open(int requests, int first, long atNs) {
    int group = free[freeHead];
    freeHead = freeHead + 1 == free.length ? 0 : freeHead + 1;
    freeCount--;
    size[group] = requests;
    firstRequest[group] = first;
    raisedNs[group] = atNs;
    order[count++] = group;
    STATE.setRelease(state, group, OPEN);
    return group;
  }

  /// Lets nothing wait for a group any more; its answer still comes.
  void abandon(int group) {
    firstRequest[group] = WaitingAccesses.NONE;
  }

  /// Returns the response code for a group, or less than 0 if there is no answer yet.
  int answer(int group) {
    return (int) STATE.getAcquire(state, group);
  }

  /// Gives the index of an answered group back; [#compact] then drops it from the order.
  void close(int group) {
    STATE.setRelease(state, group, FREE);
    int tail = freeHead + freeCount;
    free[tail >= free.length ? tail - free.length : tail] = group;
    freeCount++;
    firstRequest[group] = WaitingAccesses.NONE;
  }

  void compact() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int group = order[i];
      if ((int) STATE.getOpaque(state, group) != FREE) {
        order[kept++] = group;
      }
    }
    count = kept;
  }

  /// Gives all indices back, answered or not.
  void forgetAll() {
    for (int i = 0; i < count; i++) {
      close(order[i]);
    }
    count = 0;
  }

  /// Returns whether answers have come since [#noteAnswersSeen].
  boolean hasNews() {
    return answers.get() != answersSeen;
  }

  void noteAnswersSeen() {
    answersSeen = answers.get();
  }

  /// Waits until [#hasNews]: first spinning, then giving way, then parked. An interrupt does not
  /// end the wait and stays set.
  void await() {
    for (int i = 0; i < SPINS + YIELDS; i++) {
      if (hasNews()) {
        return;
      }
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    boolean interrupted = false;
    waiter = Thread.currentThread();
    while (!hasNews()) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiter = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // Any thread.

  /// Brings an answer. One that nobody waits for is dropped, as hardware drops it.
  void answered(int group, int code) {
    if (group < 0
        || group >= state.length
        || code < 0
        || !STATE.compareAndSet(state, group, OPEN, code)) {
      return;
    }
    answers.incrementAndGet();
    Thread sleeper = waiter;
    if (sleeper != null) {
      LockSupport.unpark(sleeper);
    }
  }
}
