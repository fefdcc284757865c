package dev.faultline.iopf;

/// A page request group that its handler keeps to answer later; a handle, cheap to copy.
///
/// Thread-safe: of all threads that answer, and a remove, reset, flush with discard or deadline
/// that voids the group, exactly one wins (rule Q50). After that the handle is stale for ever.
public final class DeliveredGroup {
  private final FaultGroup slot;
  private final long word;

  DeliveredGroup(FaultGroup slot, long word) {
    this.slot = slot;
    this.word = word;
  }

  /// Answers the group.
  ///
  /// @return [RespondStatus#STALE] if it was answered or voided before: normal after a removal, not
  ///   an error (lesson L22)
  public RespondStatus respond(ResponseCode code) {
    if (!slot.move(word, GroupState.ANSWERING)) {
      slot.queue.countStale();
      return RespondStatus.STALE;
    }
    RespondStatus status = slot.send(code);
    if (status == RespondStatus.SENT) {
      slot.release();
    }
    return status;
  }

  /// Returns whether the group still waits for its answer.
  public boolean isOpen() {
    return slot.stateWord() == word;
  }

  /// Returns the number of requests.
  ///
  /// @throws IllegalStateException if the group was answered or voided; so do all getters
  public int size() {
    int size = slot.length;
    check();
    return size;
  }

  /// Returns the PASID, or [Pasid#NONE].
  public int pasid() {
    int pasid = slot.pasid();
    check();
    return pasid;
  }

  /// Returns the page request group index.
  public int groupIndex() {
    int index = slot.groupIndex();
    check();
    return index;
  }

  /// Returns the byte address of request `i`.
  public long address(int i) {
    check();
    long address = slot.address(i);
    check();
    return address;
  }

  /// Returns the permissions that request `i` asks for, bits of [Access].
  public int access(int i) {
    check();
    int access = slot.access(i);
    check();
    return access;
  }

  /// Returns the first half of the private data of request `i`.
  public long privateData0(int i) {
    check();
    long data = slot.privateData0(i);
    check();
    return data;
  }

  FaultGroup slot() {
    return slot;
  }

  /// What was read before is valid only if the state is still ours: the fence keeps the order.
  private void check() {
    java.lang.invoke.VarHandle.loadLoadFence();
    if (!isOpen()) {
      throw new IllegalStateException("the group was answered or voided");
    }
  }

  @Override
  public String toString() {
    return "DeliveredGroup[" + (isOpen() ? "open" : "stale") + "]";
  }
}
