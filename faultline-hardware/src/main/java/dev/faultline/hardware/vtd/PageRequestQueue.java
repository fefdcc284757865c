package dev.faultline.hardware.vtd;

import static dev.faultline.hardware.vtd.PageRequestDescriptor.RECORD_BYTES;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_OVERFLOW;
import static dev.faultline.hardware.vtd.PageRequestRegisters.PRS_PENDING;

import dev.faultline.hardware.Interrupt;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/// A page request queue with the hardware that fills it: many devices in, one driver out (Intel
/// VT-d specification rev 5.10, 7.4).
///
/// The records lie in native memory; the registers are heap words, a cache line pair apart, because
/// the two sides write them all the time. Order of a write: record, then tail (release), then PPR
/// (atomic or). Software clears PPR first and reads the tail afterwards. If its clear comes after
/// the hardware's write of PPR, it sees the new tail; if it comes before, the hardware finds PPR 0
/// and raises the interrupt. So no record is left behind without one of the two.
public final class PageRequestQueue implements PageRequestRing {
  private static final VarHandle REGISTER = MethodHandles.arrayElementVarHandle(long[].class);

  /// Words between two registers: two cache lines, since processors prefetch pairs.
  private static final int STRIDE = 16;

  private static final int HEAD = STRIDE;
  private static final int TAIL = 2 * STRIDE;
  private static final int STATUS = 3 * STRIDE;
  private static final int REGISTER_WORDS = 4 * STRIDE;

  private static final int MIN_MODEL_ENTRIES = 2;
  private static final int PAGE_BYTES = 4096;

  private final int entries;
  private final long offsetMask;
  private final MemorySegment memory;
  private final long[] registers = new long[REGISTER_WORDS];
  private final long[] raisedNs;
  private final SpinLock writePort = new SpinLock();
  private volatile Interrupt interrupt = Interrupt.NONE;

  // Guarded by writePort.
  private long written;
  private long unwritten;
  private long overflows;
  private long interrupts;

  /// Makes an empty queue in native memory that lives as long as the queue.
  ///
  /// @param entries records in the ring, a power of two from 2 to 16,384; one fewer fit. Real
  ///   hardware has 128 and more
  /// @throws IllegalArgumentException if `entries` is anything else
  public PageRequestQueue(int entries) {
    if (entries < MIN_MODEL_ENTRIES
        || entries > PageRequestRegisters.MAX_ENTRIES
        || Integer.bitCount(entries) != 1) {
      throw new IllegalArgumentException(
          "page request queue of "
              + entries
              + " records; expected a power of two from "
              + MIN_MODEL_ENTRIES
              + " to "
              + PageRequestRegisters.MAX_ENTRIES);
    }
    this.entries = entries;
    long bytes = (long) entries * RECORD_BYTES;
    offsetMask = bytes - 1;
    memory = Arena.ofAuto().allocate(bytes, PAGE_BYTES);
    raisedNs = new long[entries];
  }

  /// Connects the interrupt line; [Interrupt#NONE] disconnects it. Any thread.
  public void connectInterrupt(Interrupt line) {
    interrupt = Objects.requireNonNull(line, "line");
  }

  /// The hardware side: writes one page request or stop marker. Any thread.
  ///
  /// While the ring is full or the overflow bit is set nothing is written, and the overflow bit is
  /// set. The caller, as the IOMMU, then answers a last request with Success by itself, so that the
  /// device tries again; it drops other requests and stop markers silently.
  ///
  /// @param requesterId PCI requester id, 16 bits
  /// @param pasid the PASID, or `Pasid.NONE`
  /// @param groupIndex page request group index, 9 bits
  /// @param address byte address of the page
  /// @param access bits of `dev.faultline.iopf.Access`
  /// @param last whether it is its group's last request
  /// @param raisedAtNs when the device raised it, nanoseconds; 0 if unknown
  /// @return whether it was written
  public boolean enqueue(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long raisedAtNs) {
    boolean stored = false;
    boolean raise;
    writePort.lock();
    try {
      long tail = (long) REGISTER.get(registers, TAIL);
      long next = (tail + RECORD_BYTES) & offsetMask;
      if ((readPrs() & PRS_OVERFLOW) == 0 && next != readPqh()) {
        PageRequestDescriptor.encode(
            memory, tail, requesterId, pasid, groupIndex, address, access, last);
        raisedNs[(int) (tail / RECORD_BYTES)] = raisedAtNs;
        REGISTER.setRelease(registers, TAIL, next);
        stored = true;
        written++;
        raise = setStatus(PRS_PENDING);
      } else {
        unwritten++;
        raise = setStatus(PRS_OVERFLOW);
      }
    } finally {
      writePort.unlock();
    }
    if (raise) {
      interrupt.raise();
    }
    return stored;
  }

  /// Sets a status bit and returns whether that raises the interrupt: both bits were 0.
  private boolean setStatus(int bit) {
    long before = (long) REGISTER.getAndBitwiseOr(registers, STATUS, bit);
    if (bit == PRS_OVERFLOW && (before & PRS_OVERFLOW) == 0) {
      overflows++;
    }
    boolean raise = (before & (PRS_PENDING | PRS_OVERFLOW)) == 0;
    if (raise) {
      interrupts++;
    }
    return raise;
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public long readPqh() {
    return (long) REGISTER.getAcquire(registers, HEAD);
  }

  @Override
  public void writePqh(long headOffset) {
    // Release: the reads of the records come before they may be overwritten.
    REGISTER.setRelease(registers, HEAD, headOffset & offsetMask & -RECORD_BYTES);
  }

  @Override
  public long readPqt() {
    return (long) REGISTER.getVolatile(registers, TAIL);
  }

  @Override
  public int readPrs() {
    return (int) (long) REGISTER.getVolatile(registers, STATUS);
  }

  @Override
  public void writePrs(int bits) {
    REGISTER.getAndBitwiseAnd(registers, STATUS, ~(long) bits);
  }

  @Override
  public long raisedNs(int slot) {
    return raisedNs[slot];
  }

  /// Returns the registers at about one moment. Any thread.
  public PageRequestQueueState state() {
    long head = readPqh();
    int status = readPrs();
    return new PageRequestQueueState(
        head,
        readPqt(),
        memory.address(),
        entries,
        (status & PRS_PENDING) != 0,
        (status & PRS_OVERFLOW) != 0);
  }

  /// Returns what the hardware side has done so far. Any thread.
  public PageRequestQueueCounters counters() {
    writePort.lock();
    try {
      return new PageRequestQueueCounters(written, unwritten, overflows, interrupts);
    } finally {
      writePort.unlock();
    }
  }

  @Override
  public String toString() {
    return "PageRequestQueue" + state();
  }
}
