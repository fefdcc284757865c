package dev.faultline.hardware.vtd;

import java.lang.foreign.MemorySegment;

/// A page request queue as its driver sees it: memory and registers (Intel VT-d specification rev
/// 5.10, 7.4.1). [PageRequestQueue] is the modelled one; mapped registers of a machine fit as well.
///
/// Register reads see everything that the hardware did before it wrote the register.
public interface PageRequestRing {
  /// Returns the ring's memory, `entries() * 32` bytes, readable by the driver's threads.
  MemorySegment memory();

  /// Returns the number of records, a power of two; one fewer fit.
  int entries();

  /// Reads the head register: the byte offset of the next record that software reads.
  long readPqh();

  /// Writes the head register: the records before `headOffset` may be overwritten from now on.
  void writePqh(long headOffset);

  /// Reads the tail register: the byte offset of the next record that hardware writes.
  long readPqt();

  /// Reads the status register, bits [PageRequestRegisters#PRS_PENDING] and
  /// [PageRequestRegisters#PRS_OVERFLOW].
  int readPrs();

  /// Writes the status register: clears the bits that are set in `bits`.
  void writePrs(int bits);

  /// Returns when the device raised the request in a slot, nanoseconds; 0 if unknown. Real records
  /// have no room for it.
  ///
  /// @param slot index of the record
  default long raisedNs(int slot) {
    return 0;
  }
}
