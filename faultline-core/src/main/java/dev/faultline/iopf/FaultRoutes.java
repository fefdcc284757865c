package dev.faultline.iopf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Which handler takes the page request groups of one device, by PASID (rule Q40).
///
/// Belongs to the device, not to its attachment: handlers may be set before or after the device is
/// attached to a queue, and survive its move to another one (rule Q11). Look-ups are wait-free, do
/// not allocate, and cost the same for one PASID and for a million. Changes take this object's
/// monitor.
///
/// Setting or removing a handler does not touch groups that are already queued for the old one:
/// they are answered INVALID without being handled, unless the caller flushes the PASID first
/// ([FaultProducer#flush]).
public final class FaultRoutes {
  private static final int LOW_BITS = 10;
  private static final int LOW = 1 << LOW_BITS;
  private static final int HIGH = (Pasid.MAX + 1) >>> LOW_BITS;
  private static final VarHandle ROUTE = MethodHandles.arrayElementVarHandle(Route[].class);
  private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(Route[][].class);

  /// Numbers of all routes of the process; wraps after 2^32 changes.
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private volatile @Nullable Route defaultRoute;
  private volatile @Nullable Route @Nullable [] @Nullable [] chunks;
  private volatile boolean unknownToDefault;

  /// Goes up with every change, so that a worker may keep a route it has found.
  private volatile int version;

  FaultRoutes() {}

  /// Sets the handler of a PASID, or of requests without one ([Pasid#NONE]). Replaces an older one.
  ///
  /// @throws IllegalArgumentException if `pasid` is out of range
  public synchronized void set(int pasid, FaultHandler handler) {
    if (!Pasid.isValid(pasid)) {
      throw new IllegalArgumentException(
          "PASID " + pasid + " is not Pasid.NONE or 0.." + Pasid.MAX);
    }
    put(pasid, new Route(NUMBERS.incrementAndGet(), pasid, handler));
  }

  /// Removes the handler of a PASID; no effect if there is none.
  ///
  /// @return the handler that was set, or null
  public synchronized @Nullable FaultHandler remove(int pasid) {
    Route old = exact(pasid);
    if (old != null) {
      put(pasid, null);
    }
    return old == null ? null : old.handler;
  }

  /// Returns the handler of exactly this PASID, or null.
  public @Nullable FaultHandler get(int pasid) {
    Route route = exact(pasid);
    return route == null ? null : route.handler;
  }

  /// Chooses whether requests of a PASID without a handler go to the handler of requests without a
  /// PASID (for nested translation, where the guest owns the PASID table: lesson L94). Off by
  /// default.
  public void setUnknownToDefault(boolean on) {
    unknownToDefault = on;
    touch();
  }

  /// Gives every handler a new route: what is queued for the old ones is not handled, what is
  /// counted begins anew.
  synchronized void renew() {
    for (Route route : all()) {
      put(route.pasid, new Route(NUMBERS.incrementAndGet(), route.pasid, route.handler));
    }
  }

  int version() {
    return version;
  }

  /// Returns the route for a request's PASID, or null.
  @Nullable Route find(int pasid) {
    Route route = exact(pasid);
    if (route == null && unknownToDefault) {
      return defaultRoute;
    }
    return route;
  }

  /// Returns all routes that are set; a snapshot.
  synchronized List<Route> all() {
    List<Route> routes = new ArrayList<>();
    Route unkeyed = defaultRoute;
    if (unkeyed != null) {
      routes.add(unkeyed);
    }
    @Nullable Route @Nullable [] @Nullable [] high = chunks;
    if (high != null) {
      for (@Nullable Route @Nullable [] low : high) {
        if (low != null) {
          for (Route route : low) {
            if (route != null) {
              routes.add(route);
            }
          }
        }
      }
    }
    return routes;
  }

  private @Nullable Route exact(int pasid) {
    if (pasid < 0) {
      return pasid == Pasid.NONE ? defaultRoute : null;
    }
    @Nullable Route @Nullable [] @Nullable [] high = chunks;
    if (high == null || pasid > Pasid.MAX) {
      return null;
    }
    @Nullable Route @Nullable [] low =
        (@Nullable Route @Nullable []) CHUNK.getAcquire(high, pasid >>> LOW_BITS);
    return low == null ? null : (Route) ROUTE.getAcquire(low, pasid & (LOW - 1));
  }

  private void put(int pasid, @Nullable Route route) {
    changed();
    if (pasid == Pasid.NONE) {
      defaultRoute = route;
      changed();
      return;
    }
    @Nullable Route @Nullable [] @Nullable [] high = chunks;
    if (high == null) {
      high = new Route[HIGH][];
      chunks = high;
    }
    @Nullable Route @Nullable [] low = high[pasid >>> LOW_BITS];
    if (low == null) {
      low = new Route[LOW];
      CHUNK.setRelease(high, pasid >>> LOW_BITS, low);
    }
    ROUTE.setRelease(low, pasid & (LOW - 1), route);
    changed();
  }

  private synchronized void touch() {
    changed();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // changes hold the monitor
  private void changed() {
    version++;
  }
}
