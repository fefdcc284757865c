package dev.faultline.trace;

import org.jspecify.annotations.Nullable;

/// Thread states by thread id, without boxing the id.
final class ThreadTable {
  private static final int FIRST_SLOTS = 64;
  private static final int SPREAD = 0x9e37_79b9;

  private @Nullable ThreadState[] slots = new ThreadState[FIRST_SLOTS];
  private int size;

  @Nullable ThreadState get(int tid) {
    return slots[slotOf(tid)];
  }

  /// Adds a thread whose id is not in the table.
  void add(ThreadState thread) {
    slots[slotOf(thread.tid)] = thread;
    if (++size > slots.length / 2) {
      grow();
    }
  }

  private int slotOf(int tid) {
    int mask = slots.length - 1;
    int slot = ((tid * SPREAD) >>> 8) & mask;
    ThreadState thread = slots[slot];
    while (thread != null && thread.tid != tid) {
      slot = (slot + 1) & mask;
      thread = slots[slot];
    }
    return slot;
  }

  private void grow() {
    @Nullable ThreadState[] old = slots;
    slots = new ThreadState[2 * old.length];
    for (ThreadState thread : old) {
      if (thread != null) {
        slots[slotOf(thread.tid)] = thread;
      }
    }
  }
}
