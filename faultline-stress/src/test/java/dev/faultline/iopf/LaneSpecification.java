package dev.faultline.iopf;

import java.util.ArrayDeque;
import java.util.Queue;

/// What a lane promises: a queue without end.
public class LaneSpecification {
  static final int LEFT_OVER = 77;

  final Queue<Long> queue = new ArrayDeque<>();

  public boolean offer(int value) {
    return queue.add((long) value);
  }

  public long take() {
    Long value = queue.poll();
    return value == null ? 0 : value;
  }

  /// The same with one group in it.
  public static class Growing extends LaneSpecification {
    public Growing() {
      queue.add((long) LEFT_OVER);
    }
  }
}
