package dev.faultline.hardware;

/// How a driver thread passes the time between two looks at its ring. Not thread-safe: one per
/// driver thread.
@FunctionalInterface
public interface IdleStrategy {
  /// Called after each poll.
  ///
  /// @param records how many records the poll consumed; 0 means there was nothing to do
  /// @return true if the thread shall now sleep until the interrupt wakes it, false to poll again
  boolean idle(int records);
}
