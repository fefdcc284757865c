package dev.faultline.hardware.vtd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The state of a page request queue at one moment: its four registers. Format name
/// `vtd.queue_state`: PQH (8 bytes), PQT (8), PQA (8), PRS (4), little-endian.
///
/// @param headOffset byte offset of the next record that software reads
/// @param tailOffset byte offset of the next record that hardware writes
/// @param base byte address of the ring
/// @param entries records in the ring; one fewer fit
/// @param pending status bit PPR
/// @param overflow status bit PRO
public record PageRequestQueueState(
    long headOffset, long tailOffset, long base, int entries, boolean pending, boolean overflow) {
  /// Length of the encoded form in bytes.
  public static final int BYTES = 3 * Long.BYTES + Integer.BYTES;

  private static final int PQT_AT = Long.BYTES;
  private static final int PQA_AT = 2 * Long.BYTES;
  private static final int PRS_AT = 3 * Long.BYTES;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Reads the four registers at byte `offset`. Pointers are masked to the ring, as hardware does.
  public static PageRequestQueueState decode(MemorySegment memory, long offset) {
    long pqa = memory.get(LONG, offset + PQA_AT);
    int prs = memory.get(INT, offset + PRS_AT);
    int entries = PageRequestRegisters.entries(pqa);
    long mask = (long) entries * PageRequestDescriptor.RECORD_BYTES - 1;
    return new PageRequestQueueState(
        PageRequestRegisters.offset(memory.get(LONG, offset)) & mask,
        PageRequestRegisters.offset(memory.get(LONG, offset + PQT_AT)) & mask,
        PageRequestRegisters.base(pqa),
        entries,
        (prs & PageRequestRegisters.PRS_PENDING) != 0,
        (prs & PageRequestRegisters.PRS_OVERFLOW) != 0);
  }

  /// Writes the four registers at byte `offset`.
  ///
  /// @throws IllegalArgumentException if the ring is too small for the size field
  public void encode(MemorySegment memory, long offset) {
    memory.set(LONG, offset, headOffset);
    memory.set(LONG, offset + PQT_AT, tailOffset);
    memory.set(LONG, offset + PQA_AT, PageRequestRegisters.pqa(base, entries));
    memory.set(
        INT,
        offset + PRS_AT,
        (pending ? PageRequestRegisters.PRS_PENDING : 0)
            | (overflow ? PageRequestRegisters.PRS_OVERFLOW : 0));
  }

  /// Returns how many records software has not read yet.
  public int used() {
    long ringBytes = (long) entries * PageRequestDescriptor.RECORD_BYTES;
    return (int)
        (((tailOffset - headOffset) & (ringBytes - 1)) / PageRequestDescriptor.RECORD_BYTES);
  }

  /// Returns whether there is no record to read.
  public boolean isEmpty() {
    return headOffset == tailOffset;
  }

  /// Returns whether another record would make the tail meet the head.
  public boolean isFull() {
    return used() == entries - 1;
  }
}
