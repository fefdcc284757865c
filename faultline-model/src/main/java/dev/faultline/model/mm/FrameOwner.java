package dev.faultline.model.mm;

/// Who uses a frame, as reclaim sees it.
interface FrameOwner {
  /// Takes the page at `address` away if it is in `frame` still, not busy, and was not accessed
  /// since the last look or `force` is set. Returns after all devices have confirmed. Waits for
  /// nobody who resolves a page.
  ///
  /// @return whether the frame is free now and belongs to the caller; the owner still counts it
  boolean evict(long address, int frame, boolean force);

  /// Tells the owner that a frame that it let go by [#evict] will not come back to it.
  void frameLost();
}
