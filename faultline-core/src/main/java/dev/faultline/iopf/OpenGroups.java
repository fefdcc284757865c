package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.ADDRESS;
import static dev.faultline.iopf.PageRequestBuffer.INDEX;
import static dev.faultline.iopf.PageRequestBuffer.META;
import static dev.faultline.iopf.PageRequestBuffer.RECEIVED;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/// Lists the open groups of one device for people: a snapshot that takes nothing and stops nobody.
final class OpenGroups {
  private final FaultProducer producer;

  OpenGroups(FaultProducer producer) {
    this.producer = producer;
  }

  List<OpenGroup> list() {
    List<OpenGroup> groups = new ArrayList<>();
    addQueued(groups);
    for (FaultGroup slot : producer.queue().slots()) {
      addSlot(groups, slot);
    }
    return groups;
  }

  private void addQueued(List<OpenGroup> groups) {
    FaultLane lane = producer.lane();
    long end = lane.tail();
    long position = lane.head();
    FaultLane.Segment segment = lane.segmentOf(position);
    while (position < end) {
      segment = FaultLane.forward(segment, position);
      int offset = segment.offset(position);
      long word = GroupState.get(segment.words, offset);
      if (!GroupState.hasStamp(word, position)) {
        return;
      }
      int length = GroupState.length(word);
      if (GroupState.state(word) == GroupState.QUEUED) {
        int last = segment.offset(position + length - 1);
        long[] w = segment.words;
        OpenGroup group =
            new OpenGroup(
                GroupState.name(word),
                PageRequestBuffer.pasidOf(w[last + META]),
                (int) w[last + INDEX],
                w[last + ADDRESS],
                PageRequestBuffer.accessOf(w[last + META]),
                length,
                w[last + RECEIVED]);
        if (GroupState.get(segment.words, offset) == word) {
          groups.add(group);
        }
      }
      position += length;
    }
  }

  private void addSlot(List<OpenGroup> groups, FaultGroup slot) {
    long word = slot.stateWord();
    int state = GroupState.state(word);
    if ((state == GroupState.RUNNING
            || state == GroupState.DELIVERED
            || state == GroupState.ANSWERING)
        && slot.producer == producer) {
      OpenGroup group = slot.copy().describe(word);
      VarHandle.loadLoadFence();
      if (slot.stateWord() == word) {
        groups.add(group);
      }
    }
  }
}
