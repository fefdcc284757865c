package dev.faultline.model.device;

import java.util.Arrays;

/// The accesses of a device that wait for pages, gathered by the page request that they wait for.
/// Fixed-size arrays; one thread.
///
/// A request is queued first, then part of a group. Each has a list of the accesses that wait for
/// it, in their order. A request is found by its page, so that no page is asked for twice; while it
/// is queued it asks for the union of what its accesses need.
final class WaitingAccesses {
  static final int NONE = -1;

  // Accesses.
  private final long[] address;
  private final int[] access;
  private final int[] nextAccess;
  private int freeAccess;
  private int waiting;

  // Requests.
  private final long[] page;
  private final int[] needs;
  private final boolean[] alone;
  private final boolean[] sent;
  private final int[] firstAccess;
  private final int[] lastAccess;
  private final int[] nextRequest;
  private final int[] nextInBucket;
  private final int[] buckets;
  private int freeRequest;
  private int firstQueued = NONE;
  private int lastQueued = NONE;
  private int queued;

  /// @param window most accesses that wait at a time
  WaitingAccesses(int window) {
    address = new long[window];
    access = new int[window];
    nextAccess = chain(window);
    page = new long[window];
    needs = new int[window];
    alone = new boolean[window];
    sent = new boolean[window];
    firstAccess = new int[window];
    lastAccess = new int[window];
    nextRequest = chain(window);
    nextInBucket = new int[window];
    buckets = new int[Integer.highestOneBit(window) << 1];
    Arrays.fill(buckets, NONE);
  }

  private static int[] chain(int length) {
    int[] next = new int[length];
    for (int i = 0; i < length; i++) {
      next[i] = i + 1 < length ? i + 1 : NONE;
    }
    return next;
  }

  boolean isFull() {
    return freeAccess == NONE;
  }

  /// Returns how many more accesses can wait.
  int room() {
    return address.length - waiting;
  }

  int waiting() {
    return waiting;
  }

  int queued() {
    return queued;
  }

  int firstQueued() {
    return firstQueued;
  }

  long page(int request) {
    return page[request];
  }

  int needs(int request) {
    return needs[request];
  }

  boolean isAlone(int request) {
    return alone[request];
  }

  /// Returns the next request of the same queue or group.
  int nextRequest(int request) {
    return nextRequest[request];
  }

  long address(int waiter) {
    return address[waiter];
  }

  int access(int waiter) {
    return access[waiter];
  }

  int nextAccess(int waiter) {
    return nextAccess[waiter];
  }

  /// Returns a request, queued or sent, that an access can wait for; or [#NONE]. It covers the
  /// access, or it is queued and not alone and so can be widened by [#join].
  int find(long forPage, int forAccess) {
    int request = buckets[bucket(forPage)];
    while (request != NONE
        && (page[request] != forPage
            || (forAccess & ~needs[request]) != 0 && (alone[request] || sent[request]))) {
      request = nextInBucket[request];
    }
    return request;
  }

  /// Returns a request that is alone in its group and asks for exactly this; or [#NONE].
  int findAlone(long forPage, int forAccess) {
    int request = buckets[bucket(forPage)];
    while (request != NONE
        && (page[request] != forPage || forAccess != needs[request] || !alone[request])) {
      request = nextInBucket[request];
    }
    return request;
  }

  private int bucket(long forPage) {
    return (int) (forPage * 0x9E37_79B9_7F4A_7C15L >>> 32) & buckets.length - 1;
  }

  /// Makes a request and puts it at the end of the queue.
  ///
  /// @param onItsOwn whether it must be the only one of its group
  int enqueue(long forPage, int forAccess, boolean onItsOwn) {
    int request = freeRequest;
    freeRequest = nextRequest[request];
    page[request] = forPage;
    needs[request] = forAccess;
    alone[request] = onItsOwn;
    sent[request] = false;
    firstAccess[request] = NONE;
    lastAccess[request] = NONE;
    nextRequest[request] = NONE;
    int bucket = bucket(forPage);
    nextInBucket[request] = buckets[bucket];
    buckets[bucket] = request;
    if (lastQueued == NONE) {
      firstQueued = request;
    } else {
      nextRequest[lastQueued] = request;
    }
    lastQueued = request;
    queued++;
    return request;
  }

  /// Lets an access wait for a request; there must be room.
  void join(int request, long atAddress, int withAccess) {
    int waiter = freeAccess;
    freeAccess = nextAccess[waiter];
    waiting++;
    address[waiter] = atAddress;
    access[waiter] = withAccess;
    needs[request] |= withAccess;
    nextAccess[waiter] = NONE;
    if (lastAccess[request] == NONE) {
      firstAccess[request] = waiter;
    } else {
      nextAccess[lastAccess[request]] = waiter;
    }
    lastAccess[request] = waiter;
  }

  /// Takes the first `count` requests out of the queue, linked by [#nextRequest].
  void dequeue(int count) {
    int last = NONE;
    for (int i = 0; i < count; i++) {
      last = firstQueued;
      firstQueued = nextRequest[last];
      sent[last] = true;
    }
    if (last != NONE) {
      nextRequest[last] = NONE;
    }
    if (firstQueued == NONE) {
      lastQueued = NONE;
    }
    queued -= count;
  }

  /// Ends a request that is not in the queue any more.
  ///
  /// @return the first of the accesses that waited for it, linked by [#nextAccess]; each is to be
  ///   given back by [#release]
  int remove(int request) {
    int bucket = bucket(page[request]);
    if (buckets[bucket] == request) {
      buckets[bucket] = nextInBucket[request];
    } else {
      int before = buckets[bucket];
      while (nextInBucket[before] != request) {
        before = nextInBucket[before];
      }
      nextInBucket[before] = nextInBucket[request];
    }
    nextRequest[request] = freeRequest;
    freeRequest = request;
    return firstAccess[request];
  }

  /// Gives the place of an access back.
  void release(int waiter) {
    nextAccess[waiter] = freeAccess;
    freeAccess = waiter;
    waiting--;
  }
}
