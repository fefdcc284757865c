package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageGroupResponseDescriptor.RECORD_BYTES;

import dev.faultline.hardware.DirectResponder;
import dev.faultline.iopf.PageResponder;
import dev.faultline.iopf.PageResponse;
import dev.faultline.iopf.ResponseCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/// The invalidation queue as the way of the answers: many threads put page group response
/// descriptors in, the IOMMU takes them out and sends them to the devices (Intel VT-d specification
/// rev 5.10, 6.5.2).
///
/// It is bounded; a full queue refuses and the caller tries again, nothing is dropped (lesson L28).
///
/// The IOMMU's side is [#drain]: called by a thread or a simulation step of its own, or, with
/// `drainOnInsert`, by whoever has just put something in. One thread drains at a time. One that
/// finds another draining goes away, since the other one looks at the tail again after it has left,
/// and leaving and looking are ordered by a full fence on both sides: no descriptor is left behind.
public final class CommandQueue implements PageResponder, DirectResponder {
  private static final Logger LOGGER = System.getLogger(CommandQueue.class.getName());
  private static final VarHandle REGISTER = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int STRIDE = 16;
  private static final int HEAD = STRIDE;
  private static final int TAIL = 2 * STRIDE;
  private static final int REGISTER_WORDS = 3 * STRIDE;
  private static final int PAGE_BYTES = 4096;
  private static final int MIN_ENTRIES = 2;
  private static final int MAX_ENTRIES = 1 << 16;

  private final PageGroupResponseSink sink;
  private final boolean drainOnInsert;
  private final MemorySegment memory;
  private final long offsetMask;
  private final long[] registers = new long[REGISTER_WORDS];
  private final SpinLock writePort = new SpinLock();
  private final SpinLock draining = new SpinLock();

  // Guarded by writePort.
  private long inserted;
  private long full;

  // Written by whoever drains, one at a time.
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong ignored = new AtomicLong();

  /// Makes an empty queue in native memory that lives as long as the queue.
  ///
  /// @param entries descriptors in the ring, a power of two from 2 to 65,536; one fewer fit
  /// @param sink takes the decoded responses
  /// @param drainOnInsert whether the thread that inserts drains as well
  /// @throws IllegalArgumentException if `entries` is anything else
  public CommandQueue(int entries, PageGroupResponseSink sink, boolean drainOnInsert) {
    if (entries < MIN_ENTRIES || entries > MAX_ENTRIES || Integer.bitCount(entries) != 1) {
      throw new IllegalArgumentException(
          "command queue of "
              + entries
              + " descriptors; expected a power of two from "
              + MIN_ENTRIES
              + " to "
              + MAX_ENTRIES);
    }
    this.sink = Objects.requireNonNull(sink, "sink");
    this.drainOnInsert = drainOnInsert;
    long bytes = (long) entries * RECORD_BYTES;
    offsetMask = bytes - 1;
    memory = Arena.ofAuto().allocate(bytes, PAGE_BYTES);
  }

  /// Puts the engine's answer into the queue. The PASID is copied from the request, whatever the
  /// device needs, as the descriptor demands. Any thread.
  ///
  /// @return false if the queue is full
  @Override
  public boolean respond(PageResponse response) {
    return submit(
        response.requesterId(),
        response.requestPasid(),
        response.groupIndex(),
        response.code(),
        response.privateData0(),
        response.privateData1());
  }

  /// Puts an answer of the driver into the queue. Any thread.
  ///
  /// @return false if the queue is full
  @Override
  public boolean respond(int requesterId, int pasid, int groupIndex, ResponseCode code) {
    return submit(requesterId, pasid, groupIndex, code, 0, 0);
  }

  private boolean submit(
      int requesterId, int pasid, int groupIndex, ResponseCode code, long data0, long data1) {
    int wireCode = PageGroupResponseDescriptor.wireCode(code);
    boolean taken = insert(requesterId, pasid, groupIndex, wireCode, data0, data1);
    if (drainOnInsert) {
      drain();
      if (!taken) {
        taken = insert(requesterId, pasid, groupIndex, wireCode, data0, data1);
        drain();
      }
    }
    return taken;
  }

  private boolean insert(
      int requesterId, int pasid, int groupIndex, int wireCode, long data0, long data1) {
    writePort.lock();
    try {
      long tail = (long) REGISTER.get(registers, TAIL);
      long next = (tail + RECORD_BYTES) & offsetMask;
      if (next == (long) REGISTER.getAcquire(registers, HEAD)) {
        full++;
        return false;
      }
      PageGroupResponseDescriptor.encode(memory, tail, requesterId, pasid, groupIndex, wireCode);
      if ((data0 | data1) != 0) {
        // Only the layout before revision 5 gives requests private data to bring back.
        PageGroupResponseDescriptor.putPrivateData(memory, tail, data0, data1);
      }
      // Volatile: visible before this thread looks whether somebody drains.
      REGISTER.setVolatile(registers, TAIL, next);
      inserted++;
      return true;
    } finally {
      writePort.unlock();
    }
  }

  /// The IOMMU's side: decodes and delivers everything that is in the queue. Any thread; returns at
  /// once if another thread drains, which then takes care of what this one would have done.
  ///
  /// @return how many descriptors this call took out
  public int drain() {
    int taken = 0;
    while (!isEmpty() && draining.tryLock()) {
      try {
        while (!isEmpty()) {
          takeOne();
          taken++;
        }
      } finally {
        draining.unlock();
      }
    }
    return taken;
  }

  /// Returns whether there is nothing to drain. Any thread.
  public boolean isEmpty() {
    return (long) REGISTER.getVolatile(registers, HEAD)
        == (long) REGISTER.getVolatile(registers, TAIL);
  }

  private void takeOne() {
    long head = (long) REGISTER.get(registers, HEAD);
    boolean isResponse = PageGroupResponseDescriptor.isPageGroupResponse(memory, head);
    int requesterId = PageGroupResponseDescriptor.requesterId(memory, head);
    int pasid = PageGroupResponseDescriptor.pasid(memory, head);
    int groupIndex = PageGroupResponseDescriptor.groupIndex(memory, head);
    int wireCode = PageGroupResponseDescriptor.code(memory, head);
    // Before delivery: the device may answer with requests whose own answers need the slot.
    REGISTER.setRelease(registers, HEAD, (head + RECORD_BYTES) & offsetMask);
    if (!isResponse) {
      increment(ignored);
      return;
    }
    try {
      sink.deliver(requesterId, pasid, groupIndex, wireCode);
      increment(delivered);
    } catch (RuntimeException e) {
      // The bus does not throw: the descriptor was taken, and the inserting thread is not to blame.
      increment(failed);
      if (failed.get() == 1) {
        LOGGER.log(
            Level.WARNING,
            "delivery of a page group response failed; later ones are only counted",
            e);
      }
    }
  }

  private static void increment(AtomicLong counter) {
    counter.setRelease(counter.getPlain() + 1);
  }

  /// Returns the ring's memory, for tests of what stands in it.
  MemorySegment memory() {
    return memory;
  }

  /// Returns what the queue has done so far. Any thread.
  public CommandQueueCounters counters() {
    writePort.lock();
    try {
      return new CommandQueueCounters(inserted, full, delivered.get(), failed.get(), ignored.get());
    } finally {
      writePort.unlock();
    }
  }

  @Override
  public String toString() {
    return "CommandQueue" + counters();
  }
}
