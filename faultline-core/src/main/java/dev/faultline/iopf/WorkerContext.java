package dev.faultline.iopf;

import org.jspecify.annotations.Nullable;

/// What a thread needs to run groups: a slot, the pages of its pass, a response, its turn among
/// lanes. One thread at a time; threads that flush borrow one from the queue.
final class WorkerContext {
  /// Index of contexts that have no statistics of their own.
  static final int SHARED = -1;

  final int index;
  final PassCache passCache = new PassCache();
  final PageResponse response = new PageResponse();
  FaultGroup slot;

  /// Number of the lane to look at next.
  int cursor;

  /// PASIDs whose turn somebody else has in this pass over a lane (ordered queues).
  private final int[] skipped = new int[16];

  private int skippedCount;

  // Statistics of the device and PASID that were last, so that they are found without a look-up.
  private @Nullable FaultProducer blockProducer;
  private @Nullable StageTimes producerBlock;
  private @Nullable Route blockRoute;
  private @Nullable StageTimes routeBlock;

  // The route that was found last, and the state of the routes when it was.
  private @Nullable FaultRoutes routes;
  private int routesVersion;
  private int routePasid;
  private @Nullable Route route;

  private @Nullable FaultLane cacheLane;
  private long cacheEnd;

  /// A fatal error of the VM that a handler met, to be thrown when the queue is in order again.
  @Nullable VirtualMachineError fatal;

  WorkerContext(int index, FaultGroup slot) {
    this.index = index;
    this.slot = slot;
  }

  /// Begins a pass over a lane. What was resolved in the last pass still counts if that was the
  /// same lane: its groups up to the tail seen then were queued before anything was resolved.
  void beginDrain(FaultLane lane, long position, long end) {
    skippedCount = 0;
    if (lane != cacheLane || position >= cacheEnd) {
      cacheLane = lane;
      cacheEnd = end;
      passCache.nextPass();
    }
  }

  /// Forgets what was resolved if the next group may have been queued after it.
  void noteTail(long position, long end) {
    if (position >= cacheEnd) {
      cacheEnd = end;
      passCache.nextPass();
    }
  }

  boolean isSkipped(int pasid) {
    for (int i = 0; i < skippedCount; i++) {
      if (skipped[i] == pasid) {
        return true;
      }
    }
    return false;
  }

  /// Remembers that groups of `pasid` must wait for an earlier one.
  ///
  /// @return false if there is no room to remember: the pass over this lane must end
  boolean skip(int pasid) {
    if (skippedCount == skipped.length) {
      return false;
    }
    skipped[skippedCount++] = pasid;
    return true;
  }

  /// Returns this context's own statistics of a device.
  StageTimes blockOf(FaultProducer producer) {
    StageTimes block = producerBlock;
    if (block == null || blockProducer != producer) {
      block = producer.blocks().of(index);
      producerBlock = block;
      blockProducer = producer;
    }
    return block;
  }

  /// Returns this context's own statistics of a PASID.
  StageTimes blockOf(Route route) {
    StageTimes block = routeBlock;
    if (block == null || blockRoute != route) {
      block = route.blocks.of(index);
      routeBlock = block;
      blockRoute = route;
    }
    return block;
  }

  /// Returns the route of a queued group, or null if its PASID has got another one since.
  @Nullable Route routeOf(FaultRoutes of, int pasid, int number) {
    int now = of.version();
    Route found = route;
    if (routes != of || routesVersion != now || routePasid != pasid) {
      found = of.find(pasid);
      routes = of;
      routesVersion = now;
      routePasid = pasid;
      route = found;
    }
    return found != null && found.number == number ? found : null;
  }
}
