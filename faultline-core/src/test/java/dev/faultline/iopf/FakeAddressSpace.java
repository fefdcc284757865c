package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// An address space that writes down what it is asked for. Thread-safe.
final class FakeAddressSpace implements PageResolver {
  /// One call of `makePresent`, or of `populateAround` with the window for the pages.
  record Call(long address, int pages, int access) {}

  private final List<Call> calls = new ArrayList<>();
  private final List<Call> around = new ArrayList<>();
  private final Set<Long> bad = ConcurrentHashMap.newKeySet();
  private final Set<Long> throwing = ConcurrentHashMap.newKeySet();
  private final Map<Long, Gate> gates = new ConcurrentHashMap<>();
  private volatile boolean aroundThrows;

  FakeAddressSpace bad(long page) {
    bad.add(page);
    return this;
  }

  FakeAddressSpace good(long page) {
    bad.remove(page);
    return this;
  }

  FakeAddressSpace throwing(long page) {
    throwing.add(page);
    return this;
  }

  FakeAddressSpace gate(long page, Gate gate) {
    gates.put(page, gate);
    return this;
  }

  FakeAddressSpace aroundThrows() {
    aroundThrows = true;
    return this;
  }

  ResolvingHandler handler() {
    return handler(ResolvingHandler.Settings.DEFAULT);
  }

  ResolvingHandler handler(ResolvingHandler.Settings settings) {
    return new ResolvingHandler(this, settings);
  }

  @Override
  public int makePresent(long address, int pages, int access) {
    synchronized (this) {
      calls.add(new Call(address, pages, access));
    }
    for (int i = 0; i < pages; i++) {
      long page = address + ((long) i << 12);
      Gate gate = gates.get(page);
      if (gate != null) {
        gate.pass();
      }
      if (throwing.contains(page)) {
        throw new IllegalStateException("no such page");
      }
      if (bad.contains(page)) {
        return i;
      }
    }
    return pages;
  }

  @Override
  public int populateAround(long address, int access, int windowPages) {
    synchronized (this) {
      around.add(new Call(address, windowPages, access));
    }
    if (aroundThrows) {
      throw new IllegalStateException("a neighbour is broken");
    }
    return 3;
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  synchronized List<Call> around() {
    return List.copyOf(around);
  }
}
