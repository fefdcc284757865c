package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.ADDRESS;
import static dev.faultline.iopf.PageRequestBuffer.HEADER;
import static dev.faultline.iopf.PageRequestBuffer.RAISED;
import static dev.faultline.iopf.PageRequestBuffer.SHIFT;

/// What a reporter and a taker do with a bare lane, without the queue around it.
final class LaneProtocol {
  /// What [#take] returns for records that do not belong together.
  static final long TORN = -1;

  private LaneProtocol() {}

  static FaultLane lane(int records) {
    return new FaultLane(null, 0, records, 1);
  }

  /// Queues one group whose records all carry `value`; the reporter only.
  ///
  /// @return false if the lane is full
  static boolean offer(FaultLane lane, long value, int length) {
    if (!lane.reserve(length)) {
      return false;
    }
    long[] ring = lane.writeWords();
    int mask = lane.writeMask();
    long position = lane.writePosition();
    for (int i = 0; i < length; i++) {
      int to = (int) (position + i & mask) << SHIFT;
      ring[to + HEADER] = -1L;
      ring[to + ADDRESS] = value;
      ring[to + RAISED] = value;
    }
    lane.append(length);
    lane.publish();
    return true;
  }

  /// Takes one group, as a worker or a voider does.
  ///
  /// @return its value, 0 if there is none, [#TORN] if what it has copied was not one whole group
  static long take(FaultLane lane) {
    long end;
    do {
      end = lane.tail();
      long position = lane.head();
      FaultLane.Segment segment = lane.segmentOf(position);
      while (position < end) {
        segment = FaultLane.forward(segment, position);
        int offset = segment.offset(position);
        long word = GroupState.get(segment.words, offset);
        if (!GroupState.hasStamp(word, position)) {
          position = Math.max(position + 1, lane.head());
          segment = lane.segmentOf(position);
          continue;
        }
        if (GroupState.state(word) == GroupState.QUEUED
            && GroupState.move(segment.words, offset, word, GroupState.TAKEN)) {
          long value = copy(segment, position, GroupState.length(word));
          GroupState.set(segment.words, offset, GroupState.with(word, GroupState.FREE));
          lane.advanceHead();
          return value;
        }
        position += GroupState.length(word);
      }
    } while (lane.tail() != end);
    return 0;
  }

  private static long copy(FaultLane.Segment segment, long position, int length) {
    FaultGroup slot = new FaultGroup(null);
    slot.load(segment, position, length);
    long value = slot.words[ADDRESS];
    for (int i = 0; i < length; i++) {
      int at = i << SHIFT;
      if (slot.words[at + ADDRESS] != value || slot.words[at + RAISED] != value) {
        return TORN;
      }
    }
    return value == 0 ? TORN : value;
  }
}
