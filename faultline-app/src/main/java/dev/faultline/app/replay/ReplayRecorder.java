package dev.faultline.app.replay;

import dev.faultline.app.report.GroupSizes;
import dev.faultline.app.report.TimeBuckets;
import dev.faultline.app.report.TimeMark;
import dev.faultline.app.summary.StageRecorder;
import dev.faultline.iopf.FaultGroup;
import dev.faultline.iopf.FaultListener;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.ResponseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Records what a replay shows: latencies by stage, faults over time, groups in flight. Memory does
/// not grow with the length of the run. Called by workers and the device thread; its monitor guards
/// all.
final class ReplayRecorder implements FaultListener {
  private static final int BUCKETS = 240;
  private static final long FIRST_WIDTH_NS = 1_000_000;
  private static final int MAX_MARKS = 50;

  private final long startNs;
  private final StageRecorder stages = new StageRecorder();
  private final TimeBuckets faults;
  private final TimeBuckets depth;
  private final GroupSizes sizes = new GroupSizes();
  private final List<TimeMark> marks = new ArrayList<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong raised = new AtomicLong();

  ReplayRecorder(long startNs) {
    this.startNs = startNs;
    faults = new TimeBuckets(BUCKETS, startNs, FIRST_WIDTH_NS);
    depth = new TimeBuckets(BUCKETS, startNs, FIRST_WIDTH_NS);
  }

  @Override
  public boolean wantsAnswers() {
    return true;
  }

  @Override
  public void groupAnswered(
      FaultGroup group,
      ResponseCode code,
      long raisedNs,
      long receivedNs,
      long acceptedNs,
      long takenNs,
      long resolvedNs,
      long answeredNs) {
    long inFlight = raised.get() - answered.incrementAndGet();
    synchronized (this) {
      stages.record(raisedNs, receivedNs, acceptedNs, takenNs, resolvedNs, answeredNs);
      sizes.add(group.size());
      faults.add(answeredNs, (double) group.size());
      depth.note(answeredNs, (double) Math.max(0, inFlight));
    }
  }

  @Override
  public void partialsLost(FaultProducer producer, int partials) {
    synchronized (this) {
      if (marks.size() < MAX_MARKS) {
        marks.add(
            new TimeMark(
                producer.queue().config().clock().nanoTime() - startNs,
                "ring overflow, " + producer.device().name()));
      }
    }
  }

  /// Notes that a device has raised a group.
  void groupRaised(long atNs) {
    long inFlight = raised.incrementAndGet() - answered.get();
    synchronized (this) {
      depth.note(atNs, (double) Math.max(0, inFlight));
    }
  }

  long answeredGroups() {
    return answered.get();
  }

  long inFlight() {
    return Math.max(0, raised.get() - answered.get());
  }

  synchronized long p99Ns() {
    return stages.count() == 0 ? 0 : stages.totalPercentileNs(99);
  }

  // After the run: nobody calls any more.

  StageRecorder stages() {
    return stages;
  }

  TimeBuckets faults() {
    return faults;
  }

  TimeBuckets depth() {
    return depth;
  }

  GroupSizes sizes() {
    return sizes;
  }

  List<TimeMark> marks() {
    return List.copyOf(marks);
  }
}
