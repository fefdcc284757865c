package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a stepped queue must do, in its simplest form: lists and maps, one thread, no limits of
/// time.
///
/// Every method returns what the engine must return; the answers that must be on the wire are
/// collected in [#expected].
final class QueueModel {
  static final int DEVICES = 2;
  static final int MAX_PARTIALS = 6;
  static final int MAX_PER_GROUP = 4;
  static final int MAX_OPEN = 5;
  static final int CAPACITY = 8;

  /// What a handler does with its groups.
  enum Mode {
    SUCCESS,
    INVALID,
    FAILURE,
    THROW,
    SILENT,
    DELIVER
  }

  record Key(int pasid, int index) {}

  record Group(Key key, List<Long> addresses, int route) {}

  record Reply(int device, int pasid, int index, ResponseCode code, long address) {}

  /// A handle that a handler has kept.
  static final class Kept {
    final int device;
    final Group group;
    boolean open = true;

    Kept(int device, Group group) {
      this.device = device;
      this.group = group;
    }
  }

  private static final class Device {
    final Map<Key, List<Long>> partials = new LinkedHashMap<>();
    final Map<Key, Boolean> damaged = new LinkedHashMap<>();
    final List<Group> queued = new ArrayList<>();
    final Map<Integer, Integer> routes = new TreeMap<>();
    final Map<Integer, Mode> modes = new TreeMap<>();

    /// Answers that the responder has not taken; `open` = of groups of the present attachment.
    final List<Reply> unsent = new ArrayList<>();

    int unsentOpen;
    boolean attached = true;
    boolean busy;
  }

  private final Device[] devices = {new Device(), new Device()};
  final List<Kept> kept = new ArrayList<>();
  final List<Reply> expected = new ArrayList<>();
  private int routeNumbers;

  // ---- requests

  ReportStatus part(int d, Key key, long address) {
    Device device = devices[d];
    if (!device.attached) {
      return ReportStatus.NOT_ATTACHED;
    }
    if (device.damaged.containsKey(key)) {
      return ReportStatus.LIMIT;
    }
    List<Long> held = device.partials.getOrDefault(key, List.of());
    if (pending(d) == MAX_PARTIALS || held.size() == MAX_PER_GROUP - 1) {
      device.partials.remove(key);
      device.damaged.put(key, true);
      return ReportStatus.LIMIT;
    }
    device.partials.computeIfAbsent(key, k -> new ArrayList<>()).add(address);
    return ReportStatus.PARTIAL;
  }

  ReportStatus last(int d, Key key, long address) {
    Device device = devices[d];
    if (!device.attached) {
      return ReportStatus.NOT_ATTACHED;
    }
    if (device.damaged.remove(key) != null) {
      return refuse(d, key, address, ReportStatus.LIMIT, ResponseCode.INVALID);
    }
    List<Long> addresses = device.partials.remove(key);
    Integer route = device.routes.get(key.pasid);
    if (route == null) {
      return refuse(d, key, address, ReportStatus.NO_HANDLER, ResponseCode.INVALID);
    }
    if (open(d) >= MAX_OPEN || open(0) + open(1) >= CAPACITY) {
      return refuse(d, key, address, ReportStatus.BUSY, ResponseCode.SUCCESS);
    }
    List<Long> all = new ArrayList<>(addresses == null ? List.of() : addresses);
    all.add(address);
    device.queued.add(new Group(key, all, route));
    return ReportStatus.QUEUED;
  }

  ReportStatus malformedLast(int d, Key key, long address) {
    if (!devices[d].attached) {
      return ReportStatus.NOT_ATTACHED;
    }
    return refuse(d, key, address, ReportStatus.MALFORMED, ResponseCode.INVALID);
  }

  private ReportStatus refuse(
      int d, Key key, long address, ReportStatus status, ResponseCode code) {
    send(d, new Reply(d, key.pasid, key.index, code, address), false);
    return status;
  }

  int pending(int d) {
    return devices[d].partials.values().stream().mapToInt(List::size).sum();
  }

  /// Returns the number of open groups of the present attachment.
  int open(int d) {
    Device device = devices[d];
    if (!device.attached) {
      return 0;
    }
    long delivered = kept.stream().filter(k -> k.open && k.device == d).count();
    return device.queued.size() + (int) delivered + device.unsentOpen;
  }

  int queued(int d) {
    return devices[d].queued.size();
  }

  boolean attached(int d) {
    return devices[d].attached;
  }

  // ---- answers

  private boolean send(int d, Reply reply, boolean openGroup) {
    Device device = devices[d];
    if (device.busy) {
      device.unsent.add(reply);
      device.unsentOpen += openGroup ? 1 : 0;
      return false;
    }
    expected.add(reply);
    return true;
  }

  private boolean answer(int d, Group group, ResponseCode code, boolean openGroup) {
    return send(
        d,
        new Reply(d, group.key.pasid, group.key.index, code, group.addresses.getLast()),
        openGroup);
  }

  /// The responder takes answers again, and the engine has been asked to retry.
  void ready(int d) {
    Device device = devices[d];
    device.busy = false;
    expected.addAll(device.unsent);
    device.unsent.clear();
    device.unsentOpen = 0;
  }

  void busy(int d) {
    devices[d].busy = true;
  }

  RespondStatus respond(Kept handle, ResponseCode code) {
    if (!handle.open) {
      return RespondStatus.STALE;
    }
    handle.open = false;
    return answer(handle.device, handle.group, code, true)
        ? RespondStatus.SENT
        : RespondStatus.PENDING;
  }

  // ---- running

  /// The worker has taken `n` groups of a device.
  void run(int d, int n) {
    for (int i = 0; i < n; i++) {
      runFirst(d, devices[d].queued.removeFirst());
    }
  }

  private void runFirst(int d, Group group) {
    Device device = devices[d];
    Integer route = device.routes.get(group.key.pasid);
    if (route == null || route != group.route) {
      answer(d, group, ResponseCode.INVALID, true);
      return;
    }
    switch (device.modes.get(group.key.pasid)) {
      case SUCCESS -> answer(d, group, ResponseCode.SUCCESS, true);
      case FAILURE -> answer(d, group, ResponseCode.FAILURE, true);
      case INVALID, THROW, SILENT -> answer(d, group, ResponseCode.INVALID, true);
      case DELIVER -> kept.add(new Kept(d, group));
    }
  }

  // ---- control

  void setRoute(int d, int pasid, Mode mode) {
    devices[d].routes.put(pasid, ++routeNumbers);
    devices[d].modes.put(pasid, mode);
  }

  void removeRoute(int d, int pasid) {
    devices[d].routes.remove(pasid);
  }

  private void dropPartials(Device device, int scope) {
    device.partials.keySet().removeIf(key -> Pasid.covers(scope, key.pasid));
    device.damaged.keySet().removeIf(key -> Pasid.covers(scope, key.pasid));
  }

  int discardPartials() {
    int dropped = 0;
    for (int d = 0; d < DEVICES; d++) {
      if (devices[d].attached) {
        dropped += pending(d);
        dropPartials(devices[d], Pasid.ALL);
      }
    }
    return dropped;
  }

  /// Returns whether the scope is quiet afterwards.
  boolean flush(int d, int scope) {
    Device device = devices[d];
    if (device.attached) {
      dropPartials(device, scope);
      for (Group group : List.copyOf(device.queued)) {
        if (Pasid.covers(scope, group.key.pasid)) {
          device.queued.remove(indexOf(device.queued, group));
          runFirst(d, group);
        }
      }
    }
    return isQuiet(d, scope);
  }

  boolean flushDiscarding(int d, int scope) {
    Device device = devices[d];
    if (device.attached) {
      dropPartials(device, scope);
      voidAll(d, scope, true);
    }
    return isQuiet(d, scope);
  }

  private boolean isQuiet(int d, int scope) {
    return devices[d].unsent.stream().noneMatch(reply -> Pasid.covers(scope, reply.pasid))
        && kept.stream()
            .noneMatch(k -> k.open && k.device == d && Pasid.covers(scope, k.group.key.pasid));
  }

  private void voidAll(int d, int scope, boolean answered) {
    Device device = devices[d];
    for (Group group : List.copyOf(device.queued)) {
      if (Pasid.covers(scope, group.key.pasid)) {
        device.queued.remove(indexOf(device.queued, group));
        voidOne(d, group, answered);
      }
    }
    for (Kept handle : kept) {
      if (handle.open && handle.device == d && Pasid.covers(scope, handle.group.key.pasid)) {
        handle.open = false;
        voidOne(d, handle.group, answered);
      }
    }
  }

  private void voidOne(int d, Group group, boolean answered) {
    if (answered) {
      answer(d, group, ResponseCode.INVALID, false);
    }
  }

  /// Finds a group by identity: equal groups may be queued several times.
  private static int indexOf(List<Group> groups, Group group) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i) == group) {
        return i;
      }
    }
    throw new AssertionError(group);
  }

  void reset(int d) {
    Device device = devices[d];
    if (device.attached) {
      dropPartials(device, Pasid.ALL);
      voidAll(d, Pasid.ALL, false);
    }
  }

  void remove(int d) {
    Device device = devices[d];
    if (device.attached) {
      dropPartials(device, Pasid.ALL);
      voidAll(d, Pasid.ALL, true);
      device.attached = false;
      device.unsentOpen = 0;
    }
  }

  void add(int d) {
    devices[d].attached = true;
  }
}
