package dev.faultline.hardware.vtd;

import java.lang.foreign.MemorySegment;

/// A ring that passes everything on, for tests that change one register.
class ForwardingRing implements PageRequestRing {
  private final PageRequestRing inner;

  ForwardingRing(PageRequestRing inner) {
    this.inner = inner;
  }

  @Override
  public MemorySegment memory() {
    return inner.memory();
  }

  @Override
  public int entries() {
    return inner.entries();
  }

  @Override
  public long readPqh() {
    return inner.readPqh();
  }

  @Override
  public void writePqh(long headOffset) {
    inner.writePqh(headOffset);
  }

  @Override
  public long readPqt() {
    return inner.readPqt();
  }

  @Override
  public int readPrs() {
    return inner.readPrs();
  }

  @Override
  public void writePrs(int bits) {
    inner.writePrs(bits);
  }

  @Override
  public long raisedNs(int slot) {
    return inner.raisedNs(slot);
  }
}
