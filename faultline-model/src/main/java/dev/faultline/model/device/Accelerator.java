package dev.faultline.model.device;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultClock;
import dev.faultline.iopf.Pasid;
import dev.faultline.model.iommu.Endpoint;
import dev.faultline.model.iommu.Iommu;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A modelled accelerator that shares an address space: it runs a stream of accesses through its
/// translation cache, asks the IOMMU for what is missing (PCI ATS), and raises page request groups
/// for pages that are not there (PCI PRI; rules D1 and D2).
///
/// One thread, the device's, submits and runs it; answers and invalidations come from any thread.
/// [#submit] and [#advance] do what can be done and return; [#awaitRoom], [#drain] and [#stop] wait
/// for answers.
///
/// ```
///  submit ──> cache hit ──────────────────────────> done
///     │          └─> translation granted ─────────> done
///     │                  └─> waits for a request    (window)
///     │ window full: not taken   │
///     v                          v
///   later                  queue ──> group sent (credits, indices)
///                            ^                │ answer
///                            └── not there ───┴─> retry ──> done, failed
/// ```
///
/// An access that misses does not hold up those behind it until the window is full. With groups of
/// more than one page, a miss waits for the next ones in the stream until the group is full, the
/// stream has gone on by the length of the window, or the caller has nothing more to submit and
/// calls [#advance].
///
/// Decisions: an Invalid Request for a group of several pages does not say which of them is bad, so
/// accesses that still find no translation ask again alone, and fail if that is invalid. A device
/// retries for ever when Success brings no translation, as hardware does; [AcceleratorStatistics]
/// shows it. Fetches ask for read too, since a message without read and write is a stop marker.
public final class Accelerator implements Endpoint {
  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_BYTES = 1 << PAGE_SHIFT;
  private static final int TRANSLATION_TRIES = 16;
  private static final int CODE_SUCCESS = 0;
  private static final int CODE_INVALID = 1;
  private static final int RIGHTS = Access.READ | Access.WRITE | Access.EXECUTE;
  private static final int ON = -1;

  private final int requesterId;
  private final int pasid;
  private final Iommu iommu;
  private final FaultClock clock;
  private final AcceleratorConfig config;
  private final TranslationCache cache;
  private final WaitingAccesses waiting;
  private final OutstandingGroups groups;
  private final PageSet hadTranslation = new PageSet();
  private final DeviceTally tally = new DeviceTally();
  private @Nullable DeviceObserver observer;

  /// [#ON], or the response code that turned page requests off.
  private int offCode = ON;

  private int outstanding;
  private long gatherUntil;

  // The part of an access over more pages than the window has that has not been looked at yet.
  private long frontAddress;
  private int frontLeft;
  private int frontAccess;

  /// The room that the access needs that was not taken, else 1.
  private int roomNeeded = 1;

  /// Whether anything waits: then every submit looks for answers first.
  private boolean busy;

  /// Makes a device at rest.
  ///
  /// @param requesterId its requester id, 16 bits
  /// @param pasid the PASID of its accesses, or `Pasid.NONE`
  /// @param iommu the IOMMU that it sits behind
  /// @param clock where it reads the time
  /// @throws IllegalArgumentException if the PASID is neither `Pasid.NONE` nor 0 to `Pasid.MAX`
  public Accelerator(
      int requesterId, int pasid, Iommu iommu, FaultClock clock, AcceleratorConfig config) {
    if (!Pasid.isValid(pasid)) {
      throw new IllegalArgumentException(
          "PASID " + pasid + " is not Pasid.NONE or 0.." + Pasid.MAX);
    }
    this.requesterId = requesterId;
    this.pasid = pasid;
    this.iommu = Objects.requireNonNull(iommu, "iommu");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.config = config;
    cache = new TranslationCache(config.cacheSets(), config.cacheWays());
    waiting = new WaitingAccesses(config.window());
    groups = new OutstandingGroups(config.groupIndices());
  }

  /// Sets who is told about page requests. The device's thread, before it runs.
  public void observer(DeviceObserver newObserver) {
    observer = Objects.requireNonNull(newObserver, "observer");
  }

  @Override
  public int requesterId() {
    return requesterId;
  }

  /// Returns the PASID of its accesses, or `Pasid.NONE`.
  public int pasid() {
    return pasid;
  }

  /// Submits the next access of the stream. The device's thread; never blocks, and allocates
  /// nothing once the pages of the stream are known.
  ///
  /// @param address byte address
  /// @param size length in bytes, 1 or more; may go over any number of pages
  /// @param access bits of `Access`; without read and write it asks for read too
  /// @return false if the access was not taken, since the window has no room for it: call
  ///   [#advance] or [#awaitRoom] and submit it again
  /// @throws IllegalArgumentException if the size is not positive or the access goes beyond the
  ///   last address
  public boolean submit(long address, int size, int access) {
    if (busy && !goOn()) {
      return false;
    }
    if (size > 0 && size <= PAGE_BYTES - ((int) address & PAGE_BYTES - 1)) {
      if ((access & RIGHTS) != 0 && cache.allows(address >>> PAGE_SHIFT, access)) {
        tally.accesses++;
        return true;
      }
    } else if (size <= 0 || Long.compareUnsigned(address + (size - 1), address) < 0) {
      throw new IllegalArgumentException(
          "access of %d bytes at 0x%x is empty or goes beyond the last address"
              .formatted(size, address));
    }
    return submitPages(address, size, normalized(access));
  }

  /// A message without read and write would be a stop marker.
  private static int normalized(int access) {
    return (access & (Access.READ | Access.WRITE)) == 0 ? access | Access.READ : access;
  }

  private boolean submitPages(long address, int size, int access) {
    int needed = roomFor(address, size, access);
    if (waiting.room() < needed) {
      roomNeeded = needed;
      return false;
    }
    roomNeeded = 1;
    tally.accesses++;
    tally.extraPages--;
    frontAddress = address;
    frontLeft = size;
    frontAccess = access;
    takeFront();
    return true;
  }

  /// Returns how many of an access's pages may have to wait, at most what the window holds.
  private int roomFor(long address, int size, int access) {
    long last = address + (size - 1) >>> PAGE_SHIFT;
    int missing = 0;
    for (long page = address >>> PAGE_SHIFT; page <= last && missing < config.window(); page++) {
      if (!cache.allows(page, access)) {
        missing++;
      }
    }
    return missing;
  }

  /// Looks for answers and sends what has waited long enough.
  ///
  /// @return whether an access can be submitted
  private boolean goOn() {
    if (groups.hasNews()) {
      takeAnswers();
    }
    if (waiting.queued() > 0) {
      raise(tally.accesses >= gatherUntil);
    }
    if (frontLeft > 0) {
      takeFront();
    }
    busy = !isIdle();
    return frontLeft == 0;
  }

  /// Takes the front access page by page, as far as there is room.
  ///
  /// @return how many pages were taken
  private int takeFront() {
    int taken = 0;
    while (frontLeft > 0 && touch(frontAddress, frontAccess)) {
      int bytes = Math.min(frontLeft, PAGE_BYTES - ((int) frontAddress & PAGE_BYTES - 1));
      frontAddress += bytes;
      frontLeft -= bytes;
      tally.extraPages++;
      taken++;
    }
    if (frontLeft > 0) {
      busy = true;
      // The stream stands: nothing more will come for a group.
      raise(true);
    }
    return taken;
  }

  /// Does the access to one page, or lets it wait.
  ///
  /// @return false if it can neither be done nor wait
  private boolean touch(long address, int access) {
    long page = address >>> PAGE_SHIFT;
    if (cache.allows(page, access)) {
      return true;
    }
    if (waiting.isFull()) {
      return false;
    }
    tally.misses++;
    int request = waiting.find(page, access);
    if (request != WaitingAccesses.NONE) {
      waiting.join(request, address, access);
    } else if (!translate(address, access)) {
      waitForPage(address, access, false);
      raise(false);
    }
    return true;
  }

  /// Asks the IOMMU and enters what it grants.
  ///
  /// @return whether the access is allowed
  private boolean translate(long address, int access) {
    long page = address >>> PAGE_SHIFT;
    for (int i = 0; i < TRANSLATION_TRIES; i++) {
      long stamp = cache.stamp();
      tally.translations++;
      int granted = iommu.translate(requesterId, pasid, address, access);
      if ((access & ~granted) != 0) {
        return false;
      }
      // Write is kept only if it was asked for: only then has the walk set the dirty bit.
      if (cache.fill(stamp, page, granted & (access | ~Access.WRITE))) {
        hadTranslation.add(page);
        return true;
      }
    }
    // Invalidations come faster than we ask. A page request settles it.
    return false;
  }

  /// Lets an access wait for a page request, or fails it if there can be none; there must be room.
  ///
  /// @return whether there is a new request for it
  private boolean waitForPage(long address, int access, boolean alone) {
    if (offCode != ON) {
      fail(address, access, offCode);
      return false;
    }
    busy = true;
    long page = address >>> PAGE_SHIFT;
    int request = alone ? waiting.findAlone(page, access) : waiting.find(page, access);
    boolean isNew = request == WaitingAccesses.NONE;
    if (isNew) {
      if (waiting.queued() == 0) {
        gatherUntil = tally.accesses + config.window();
      }
      request = waiting.enqueue(page, access, alone);
    }
    waiting.join(request, address, access);
    return isNew;
  }

  /// Sends queued requests in groups, as far as credits and indices allow.
  ///
  /// @param incompleteToo whether groups go that could still get more pages
  /// @return how many groups were sent
  private int raise(boolean incompleteToo) {
    int sent = 0;
    while (waiting.queued() > 0 && groups.hasFreeIndex()) {
      int size = nextGroupSize();
      boolean mayGrow =
          size == waiting.queued()
              && size < config.groupSize()
              && !waiting.isAlone(waiting.firstQueued());
      if (outstanding + size > config.credits() || mayGrow && !incompleteToo) {
        break;
      }
      send(size);
      sent++;
    }
    return sent;
  }

  /// Returns how many of the first queued requests can go in one group.
  private int nextGroupSize() {
    int request = waiting.firstQueued();
    if (waiting.isAlone(request)) {
      return 1;
    }
    int size = 0;
    while (request != WaitingAccesses.NONE
        && size < config.groupSize()
        && !waiting.isAlone(request)) {
      size++;
      request = waiting.nextRequest(request);
    }
    return size;
  }

  private void send(int size) {
    int first = waiting.firstQueued();
    waiting.dequeue(size);
    long raisedNs = clock.nanoTime();
    int group = groups.open(size, first, raisedNs);
    outstanding += size;
    tally.groups++;
    tally.requests += size;
    tally.maxOutstanding = Math.max(tally.maxOutstanding, outstanding);
    gatherUntil = tally.accesses + config.window();
    if (observer != null) {
      observer.groupRaised(group, size, raisedNs);
    }
    int request = first;
    for (int left = size; left > 0; left--) {
      long page = waiting.page(request);
      if (hadTranslation.contains(page)) {
        tally.refaults++;
      }
      iommu.pageRequest(
          requesterId,
          pasid,
          group,
          page << PAGE_SHIFT,
          waiting.needs(request),
          left == 1,
          raisedNs);
      request = waiting.nextRequest(request);
    }
  }

  /// Retries or fails what waited for groups that have been answered.
  ///
  /// @return how many groups that were
  private int takeAnswers() {
    groups.noteAnswersSeen();
    int taken = 0;
    for (int i = 0, n = groups.count(); i < n; i++) {
      int group = groups.groupAt(i);
      int code = groups.answer(group);
      if (code >= 0) {
        takeAnswer(group, code);
        taken++;
      }
    }
    if (taken > 0) {
      groups.compact();
    }
    return taken;
  }

  private void takeAnswer(int group, int code) {
    int size = groups.size(group);
    outstanding -= size;
    tally.answered(code);
    if (code != CODE_SUCCESS && code != CODE_INVALID) {
      // Any other code is a failure (PCI Express base specification, 10.4.2.1).
      offCode = code;
      failWaiting(code);
    }
    int request = groups.firstRequest(group);
    while (request != WaitingAccesses.NONE) {
      int next = waiting.nextRequest(request);
      retry(request, code, size);
      request = next;
    }
    if (observer != null) {
      observer.groupAnswered(group, size, code, groups.raisedNs(group), clock.nanoTime());
    }
    groups.close(group);
  }

  /// Asks for the translation again, for all accesses that wait for it at once, else one by one: a
  /// read may be allowed where a write is not.
  private void retry(int request, int code, int groupSize) {
    int needs = waiting.needs(request);
    boolean allDone = translate(waiting.page(request) << PAGE_SHIFT, needs);
    int waiter = waiting.remove(request);
    while (waiter != WaitingAccesses.NONE) {
      int next = waiting.nextAccess(waiter);
      long address = waiting.address(waiter);
      int access = waiting.access(waiter);
      waiting.release(waiter);
      if (!allDone && (access == needs || !translate(address, access))) {
        stillMissing(address, access, code, groupSize == 1 && access == needs);
      }
      waiter = next;
    }
  }

  private void stillMissing(long address, int access, int code, boolean wasAlone) {
    if (code == CODE_SUCCESS) {
      tally.retries += waitForPage(address, access, false) ? 1 : 0;
    } else if (wasAlone) {
      fail(address, access, code);
    } else {
      tally.splitRetries += waitForPage(address, access, true) ? 1 : 0;
    }
  }

  /// Fails all accesses that wait; groups that are outstanding are left to their answers.
  private void failWaiting(int code) {
    int request = waiting.firstQueued();
    waiting.dequeue(waiting.queued());
    failRequests(request, code);
    for (int i = 0; i < groups.count(); i++) {
      int group = groups.groupAt(i);
      request = groups.firstRequest(group);
      groups.abandon(group);
      failRequests(request, code);
    }
  }

  private void failRequests(int firstRequest, int code) {
    int request = firstRequest;
    while (request != WaitingAccesses.NONE) {
      int next = waiting.nextRequest(request);
      int waiter = waiting.remove(request);
      while (waiter != WaitingAccesses.NONE) {
        int nextWaiter = waiting.nextAccess(waiter);
        waiting.release(waiter);
        fail(waiting.address(waiter), waiting.access(waiter), code);
        waiter = nextWaiter;
      }
      request = next;
    }
  }

  private void fail(long address, int access, int code) {
    tally.failed(address, access, code);
    if (observer != null) {
      observer.accessFailed(address, access, code);
    }
  }

  /// Does whatever can be done without waiting: takes answers, goes on with the stream, sends
  /// groups, complete or not. The device's thread.
  ///
  /// @return how much was done, 0 if nothing could be: only an answer brings the device on
  public int advance() {
    int work = groups.hasNews() ? takeAnswers() : 0;
    if (frontLeft > 0) {
      work += takeFront();
    }
    work += raise(true);
    busy = !isIdle();
    return work;
  }

  /// Returns whether every access is done or has failed and every group is answered. The device's
  /// thread.
  public boolean isIdle() {
    return frontLeft == 0 && waiting.room() == config.window() && groups.count() == 0;
  }

  /// Waits until the access that [#submit] did not take can be submitted. The device's thread.
  public void awaitRoom() {
    while (frontLeft > 0 || waiting.room() < roomNeeded) {
      if (advance() == 0) {
        groups.await();
      }
    }
  }

  /// Runs until the device is idle. The device's thread.
  public void drain() {
    while (!isIdle()) {
      if (advance() == 0) {
        groups.await();
      }
    }
  }

  /// Stops the use of the PASID in order: runs until idle, then sends a stop marker. The device's
  /// thread.
  ///
  /// @throws IllegalStateException if the device has no PASID: nothing can mark its stop
  public void stop() {
    if (pasid == Pasid.NONE) {
      throw new IllegalStateException("the device uses no PASID; a stop marker needs one");
    }
    drain();
    tally.stopMarkers++;
    // A stop marker has no address and no group index (PCI Express base specification, 10.4.1.2.1).
    iommu.pageRequest(requesterId, pasid, 0, 0, Access.NONE, true, clock.nanoTime());
  }

  /// Resets the device (PCI's function-level reset): what waits fails with
  /// [FailedAccess#ABANDONED], groups are forgotten, the translation cache is empty, page requests
  /// are on again. Answers to forgotten groups that come later are dropped, or taken for those of
  /// new groups with the same index, as hardware does. The device's thread.
  public void reset() {
    failWaiting(FailedAccess.ABANDONED);
    while (frontLeft > 0) {
      int bytes = Math.min(frontLeft, PAGE_BYTES - ((int) frontAddress & PAGE_BYTES - 1));
      tally.misses++;
      tally.extraPages++;
      fail(frontAddress, frontAccess, FailedAccess.ABANDONED);
      frontAddress += bytes;
      frontLeft -= bytes;
    }
    groups.forgetAll();
    outstanding = 0;
    offCode = ON;
    roomNeeded = 1;
    cache.clear();
    busy = false;
  }

  @Override
  public void pageResponse(int forPasid, int groupIndex, int code) {
    if (forPasid == pasid || forPasid == Pasid.NONE) {
      groups.answered(groupIndex, code);
    }
  }

  @Override
  public void invalidate(int forPasid, long address, long bytes) {
    if (forPasid == pasid) {
      cache.invalidate(address, bytes);
    }
  }

  /// Returns what the device has done so far. Exact for the device's thread, or for any after it
  /// has ended.
  public AcceleratorStatistics statistics() {
    return tally.snapshot();
  }

  /// Returns the first accesses that failed, at most 16. The device's thread, or any after it has
  /// ended.
  public List<FailedAccess> failedSamples() {
    return tally.samples();
  }

  @Override
  public String toString() {
    return "Accelerator[0x%x, PASID %s, %d groups outstanding]"
        .formatted(requesterId, Pasid.toText(pasid), groups.count());
  }
}
