package dev.faultline.hardware.vtd;

import dev.faultline.hardware.DirectResponder;
import dev.faultline.iopf.ResponseCode;

/// Answers of the driver's own that the command queue had no room for, first in first out, bounded.
/// Belongs to whoever polls.
final class PendingAnswers {
  private final int[] requesterIds;
  private final int[] pasids;
  private final int[] groupIndices;
  private final ResponseCode[] codes;
  private int first;
  private int size;

  PendingAnswers(int capacity) {
    requesterIds = new int[capacity];
    pasids = new int[capacity];
    groupIndices = new int[capacity];
    codes = new ResponseCode[capacity];
  }

  boolean isEmpty() {
    return size == 0;
  }

  int room() {
    return codes.length - size;
  }

  /// Adds an answer; the caller has made sure that there is room.
  void add(int requesterId, int pasid, int groupIndex, ResponseCode code) {
    if (size == codes.length) {
      throw new IllegalStateException("no room for another answer: " + size);
    }
    int at = (first + size) % codes.length;
    requesterIds[at] = requesterId;
    pasids[at] = pasid;
    groupIndices[at] = groupIndex;
    codes[at] = code;
    size++;
  }

  /// Sends as many as `responder` takes and returns how many those were.
  int sendTo(DirectResponder responder) {
    int sent = 0;
    while (size > 0
        && responder.respond(
            requesterIds[first], pasids[first], groupIndices[first], codes[first])) {
      first = (first + 1) % codes.length;
      size--;
      sent++;
    }
    return sent;
  }
}
