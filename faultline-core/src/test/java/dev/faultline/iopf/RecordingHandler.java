package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// A handler that writes down the groups it gets, waits at gates, and answers as it is told.
final class RecordingHandler implements FaultHandler {
  /// One group as the handler saw it.
  record Seen(int pasid, int groupIndex, List<Long> addresses) {}

  /// What a test does in place of answering.
  @FunctionalInterface
  interface Action {
    void run(FaultGroup group) throws Exception;
  }

  private final List<Seen> seen = new ArrayList<>();
  private final List<DeliveredGroup> delivered = new ArrayList<>();
  private final Map<Integer, Gate> gates = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private volatile Action action;

  RecordingHandler() {
    this(group -> ResponseCode.SUCCESS);
  }

  RecordingHandler(Function<FaultGroup, ResponseCode> answer) {
    action = group -> group.respond(answer.apply(group));
  }

  /// A handler that does `action` after it has written the group down.
  static RecordingHandler doing(Action action) {
    RecordingHandler handler = new RecordingHandler();
    handler.action = action;
    return handler;
  }

  /// A handler that keeps every group.
  static RecordingHandler delivering() {
    RecordingHandler handler = new RecordingHandler();
    handler.action =
        group -> {
          DeliveredGroup kept = group.deliver();
          synchronized (handler) {
            handler.delivered.add(kept);
          }
        };
    return handler;
  }

  /// Holds the groups with this index at a gate before they are answered.
  RecordingHandler gate(int groupIndex, Gate gate) {
    gates.put(groupIndex, gate);
    return this;
  }

  @Override
  public void handle(FaultGroup group) throws Exception {
    running.incrementAndGet();
    try {
      List<Long> addresses = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        addresses.add(group.address(i));
      }
      synchronized (this) {
        seen.add(new Seen(group.pasid(), group.groupIndex(), addresses));
      }
      Gate gate = gates.get(group.groupIndex());
      if (gate != null) {
        gate.pass();
      }
      action.run(group);
    } finally {
      running.decrementAndGet();
    }
  }

  synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  /// Returns the addresses of the only group that was seen.
  synchronized List<Long> onlyAddresses() {
    if (seen.size() != 1) {
      throw new AssertionError("expected one group, saw " + seen);
    }
    return seen.getFirst().addresses;
  }

  synchronized int calls() {
    return seen.size();
  }

  synchronized List<DeliveredGroup> delivered() {
    return List.copyOf(delivered);
  }

  int running() {
    return running.get();
  }

  void openGates() {
    gates.values().forEach(Gate::open);
  }
}
