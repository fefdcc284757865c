package dev.faultline.iopf;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// A responder that counts: by code, by group index, and responses that do not belong to their
/// request.
final class Answers implements PageResponder {
  private static final int INDICES = 8;
  private static final long PAGE = 4096;
  private static final long SEAL = 0x0123_4567_89ab_0000L;

  private final AtomicIntegerArray byCode = new AtomicIntegerArray(ResponseCode.COUNT);
  private final AtomicIntegerArray byIndex = new AtomicIntegerArray(INDICES);
  private final AtomicInteger garbled = new AtomicInteger();
  private final AtomicInteger busyTimes = new AtomicInteger();

  /// The address that requests of a group index carry.
  static long addressOf(int groupIndex) {
    return PAGE * groupIndex;
  }

  /// The private data that requests of a group index carry.
  static long privateDataOf(int groupIndex) {
    return SEAL + groupIndex;
  }

  /// The next `times` responses are not taken.
  void busy(int times) {
    busyTimes.set(times);
  }

  @Override
  public boolean respond(PageResponse response) {
    if (busyTimes.get() > 0 && busyTimes.getAndDecrement() > 0) {
      return false;
    }
    int index = response.groupIndex();
    if (index < 0
        || index >= INDICES
        || response.address() != addressOf(index)
        || response.privateData0() != privateDataOf(index)) {
      garbled.getAndIncrement();
      return true;
    }
    byIndex.getAndIncrement(index);
    byCode.getAndIncrement(response.code().ordinal());
    return true;
  }

  int of(ResponseCode code) {
    return byCode.get(code.ordinal());
  }

  int of(int groupIndex) {
    return byIndex.get(groupIndex);
  }

  int garbled() {
    return garbled.get();
  }

  /// Returns how many answers were sent, garbled ones included.
  int total() {
    int total = garbled.get();
    for (int i = 0; i < ResponseCode.COUNT; i++) {
      total += byCode.get(i);
    }
    return total;
  }
}
