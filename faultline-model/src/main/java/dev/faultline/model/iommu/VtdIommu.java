package dev.faultline.model.iommu;

import dev.faultline.hardware.RequesterTable;
import dev.faultline.hardware.vtd.CommandQueue;
import dev.faultline.hardware.vtd.PageGroupResponseDescriptor;
import dev.faultline.hardware.vtd.PageRequestQueue;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.Pasid;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A modelled Intel VT-d unit in scalable mode: context entries, PASID tables, translation
/// requests, the page request interface with its automatic answers, and invalidation (Intel VT-d
/// specification rev 5.10, chapters 4, 6 and 7).
///
/// Devices call it from any thread and never wait for software: look-ups are wait-free, only the
/// write into the page request queue has a short lock, as the hardware has one write port. Software
/// changes the tables under one lock, which is not held while an endpoint is called.
///
/// A page request is accepted if the device's context entry allows it, bound or not: a PASID that
/// has just been unbound may have requests on the way, and it is the driver's business to refuse
/// them.
public final class VtdIommu implements Iommu {
  private static final DeviceContext[] NONE = {};

  private final PageRequestQueue pageRequestQueue;
  private final CommandQueue commandQueue;
  private final RequesterTable<DeviceContext> contexts = new RequesterTable<>();

  /// Who is bound to a PASID; arrays are replaced, never changed.
  private final PasidTable<DeviceContext[]> bound = new PasidTable<>();

  private final LongAdder requests = new LongAdder();
  private final LongAdder enqueued = new LongAdder();
  private final LongAdder overflowDrops = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private final LongAdder autoSuccess = new LongAdder();
  private final LongAdder autoInvalid = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder undeliverable = new LongAdder();
  private final LongAdder invalidations = new LongAdder();

  /// Makes a unit without devices.
  public VtdIommu(VtdIommuConfig config) {
    pageRequestQueue = new PageRequestQueue(config.pageRequestEntries());
    commandQueue = new CommandQueue(config.commandEntries(), this::deliver, config.drainOnInsert());
  }

  /// Returns the queue that page requests are written into.
  public PageRequestQueue pageRequestQueue() {
    return pageRequestQueue;
  }

  /// Returns the queue that answers are taken from.
  public CommandQueue commandQueue() {
    return commandQueue;
  }

  /// Adds a context entry for the endpoint's own requester id. Any thread.
  ///
  /// @throws IllegalArgumentException if the requester id is taken
  public void addDevice(Endpoint endpoint) {
    addDevice(endpoint.requesterId(), endpoint);
  }

  /// Adds a context entry for one of the endpoint's requester ids, 16 bits. Any thread.
  ///
  /// @throws IllegalArgumentException if the requester id is taken or too long
  public synchronized void addDevice(int requesterId, Endpoint endpoint) {
    if (requesterId != (requesterId & 0xffff)) {
      throw new IllegalArgumentException(
          "requester id 0x%x has more than 16 bits".formatted(requesterId));
    }
    contexts.add(new DeviceContext(requesterId, Objects.requireNonNull(endpoint)), requesterId);
  }

  /// Removes a context entry with all its bindings: the device has gone, nothing reaches it any
  /// more and nothing it sends is accepted. Any thread.
  ///
  /// @return whether it was there
  public synchronized boolean removeDevice(int requesterId) {
    DeviceContext context = contexts.get(requesterId);
    if (context == null) {
      return false;
    }
    contexts.remove(requesterId);
    context.pageTables.forEachPasid(pasid -> dropBound(context, pasid));
    return true;
  }

  /// Sets the page request enable bit of a context entry; it is set at first. While it is off, last
  /// requests are answered Invalid Request and others dropped. Any thread.
  ///
  /// @throws IllegalArgumentException if the requester id has no context entry
  public void enablePageRequests(int requesterId, boolean enabled) {
    require(requesterId).pageRequestsEnabled = enabled;
  }

  /// Sets the PASID entry of a device: its accesses with that PASID walk `pageTable` from now on.
  /// Replaces an earlier entry; the caller then invalidates. Any thread.
  ///
  /// @param pasid the PASID, or `Pasid.NONE` for requests without one
  /// @throws IllegalArgumentException if the requester id has no context entry or the PASID is bad
  public synchronized void bind(int requesterId, int pasid, PageTable pageTable) {
    DeviceContext context = require(requesterId);
    boolean isNew = context.pageTables.get(pasid) == null;
    context.pageTables.put(pasid, Objects.requireNonNull(pageTable, "pageTable"));
    if (isNew) {
      DeviceContext[] old = boundTo(pasid);
      DeviceContext[] all = Arrays.copyOf(old, old.length + 1);
      all[old.length] = context;
      bound.put(pasid, all);
    }
  }

  /// Clears the PASID entry of a device and invalidates its translation cache for that PASID. When
  /// it returns the device translates nothing with it any more; requests that it has sent may still
  /// be in the queue. Any thread.
  ///
  /// @return whether it was bound
  public boolean unbind(int requesterId, int pasid) {
    DeviceContext context;
    synchronized (this) {
      context = contexts.get(requesterId);
      if (context == null || context.pageTables.get(pasid) == null) {
        return false;
      }
      context.pageTables.put(pasid, null);
      dropBound(context, pasid);
    }
    invalidations.increment();
    context.endpoint.invalidate(pasid, 0, Long.MAX_VALUE);
    return true;
  }

  private void dropBound(DeviceContext context, int pasid) {
    DeviceContext[] rest =
        Arrays.stream(boundTo(pasid)).filter(c -> c != context).toArray(DeviceContext[]::new);
    bound.put(pasid, rest.length == 0 ? null : rest);
  }

  private DeviceContext[] boundTo(int pasid) {
    DeviceContext @Nullable [] all = bound.get(pasid);
    return all == null ? NONE : all;
  }

  private DeviceContext require(int requesterId) {
    DeviceContext context = contexts.get(requesterId);
    if (context == null) {
      throw new IllegalArgumentException(
          "requester id 0x%x has no context entry; add the device first".formatted(requesterId));
    }
    return context;
  }

  @Override
  public int translate(int requesterId, int pasid, long address, int access) {
    DeviceContext context = contexts.get(requesterId);
    if (context == null) {
      return Access.NONE;
    }
    PageTable pageTable = context.pageTables.get(pasid);
    return pageTable == null ? Access.NONE : pageTable.walk(address, access);
  }

  @Override
  public void pageRequest(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long raisedNs) {
    requests.increment();
    DeviceContext context = contexts.get(requesterId);
    if (context == null) {
      unknown.increment();
    } else if (!context.pageRequestsEnabled) {
      refused.increment();
      if (last && !isStopMarker(pasid, access)) {
        autoInvalid.increment();
        context.endpoint.pageResponse(
            pasid, groupIndex, PageGroupResponseDescriptor.CODE_INVALID_REQUEST);
      }
    } else if (pageRequestQueue.enqueue(
        requesterId, pasid, groupIndex, address, access, last, raisedNs)) {
      enqueued.increment();
    } else {
      overflowDrops.increment();
      if (last && !isStopMarker(pasid, access)) {
        autoSuccess.increment();
        context.endpoint.pageResponse(pasid, groupIndex, PageGroupResponseDescriptor.CODE_SUCCESS);
      }
    }
  }

  private static boolean isStopMarker(int pasid, int access) {
    return pasid != Pasid.NONE && (access & (Access.READ | Access.WRITE)) == 0;
  }

  private void deliver(int requesterId, int pasid, int groupIndex, int wireCode) {
    DeviceContext context = contexts.get(requesterId);
    if (context == null) {
      undeliverable.increment();
    } else {
      delivered.increment();
      context.endpoint.pageResponse(pasid, groupIndex, wireCode);
    }
  }

  /// Invalidates a range in the translation cache of every endpoint that is bound to `pasid`;
  /// returns when none of them uses an old translation any more. Any thread.
  ///
  /// @param pasid the PASID, or `Pasid.NONE`
  /// @param address byte address of the first page
  /// @param bytes length of the range in bytes
  public void invalidate(int pasid, long address, long bytes) {
    for (DeviceContext context : boundTo(pasid)) {
      invalidations.increment();
      context.endpoint.invalidate(pasid, address, bytes);
    }
  }

  /// Returns what the unit has done so far; exact when no device is active. Any thread.
  public IommuCounters counters() {
    return new IommuCounters(
        requests.sum(),
        enqueued.sum(),
        overflowDrops.sum(),
        refused.sum(),
        unknown.sum(),
        autoSuccess.sum(),
        autoInvalid.sum(),
        delivered.sum(),
        undeliverable.sum(),
        invalidations.sum());
  }

  @Override
  public String toString() {
    return "VtdIommu[" + contexts.size() + " requester ids, " + counters() + "]";
  }
}
