package dev.faultline.iopf;

/// Takes page request groups (rule Q40).
///
/// Called by a worker, or by the reporter itself on an inline queue, or by a thread that flushes;
/// several groups may be with one handler at a time. No lock of the engine is held.
@FunctionalInterface
public interface FaultHandler {
  /// Handles one group: calls [FaultGroup#respond] before it returns, or [FaultGroup#deliver] to
  /// keep the group and answer later. A group that is neither answered nor delivered on return, and
  /// one whose handler throws, is answered INVALID (rule Q6).
  ///
  /// @param group valid during the call only
  void handle(FaultGroup group) throws Exception;
}
