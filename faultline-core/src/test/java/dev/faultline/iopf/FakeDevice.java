package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A device with a responder that writes down every answer and can be told to be busy or to throw.
///
/// It also knows, from the status of every request that was reported through it, how many answers
/// the engine owes it. Thread-safe.
final class FakeDevice {
  /// One response as the driver got it.
  record Answer(
      int requesterId,
      int pasid,
      int requestPasid,
      int groupIndex,
      ResponseCode code,
      long address,
      long privateData0,
      long privateData1) {}

  final FaultDevice device;

  private final List<Answer> answers = new ArrayList<>();
  private final Map<Integer, Integer> owed = new TreeMap<>();
  private final List<FaultProducer> producers = new ArrayList<>();
  private int busyTimes;
  private int throwTimes;
  private volatile @Nullable Runnable beforeAnswer;

  FakeDevice(String name, boolean responseNeedsPasid) {
    device = new FaultDevice(name, this::respond, responseNeedsPasid);
  }

  FakeDevice(String name) {
    this(name, true);
  }

  // ---- attachment and handlers

  FaultProducer addTo(FaultQueue queue) {
    FaultProducer producer = queue.addDevice(device);
    synchronized (this) {
      producers.add(producer);
    }
    return producer;
  }

  /// Returns the latest attachment.
  synchronized FaultProducer producer() {
    return producers.getLast();
  }

  synchronized List<FaultProducer> producers() {
    return List.copyOf(producers);
  }

  FakeDevice handle(int pasid, FaultHandler handler) {
    device.routes().set(pasid, handler);
    return this;
  }

  // ---- requests

  Requests batch() {
    return new Requests(this);
  }

  ReportStatus part(int pasid, int groupIndex, long address) {
    return batch().part(pasid, groupIndex, address).report().getFirst();
  }

  ReportStatus last(int pasid, int groupIndex, long address) {
    return batch().last(pasid, groupIndex, address).report().getFirst();
  }

  synchronized void owe(int groupIndex) {
    owed.merge(groupIndex, 1, Integer::sum);
  }

  // ---- responder

  /// The next `times` responses are not taken.
  synchronized void busy(int times) {
    busyTimes = times;
  }

  /// The next `times` responses make the responder throw.
  synchronized void throwing(int times) {
    throwTimes = times;
  }

  /// Runs before each answer is taken, on the answering thread.
  void beforeAnswer(@Nullable Runnable action) {
    beforeAnswer = action;
  }

  private boolean respond(PageResponse r) {
    Runnable action = beforeAnswer;
    if (action != null) {
      action.run();
    }
    synchronized (this) {
      if (throwTimes > 0) {
        throwTimes--;
        throw new IllegalStateException("the command queue is on fire");
      }
      if (busyTimes > 0) {
        busyTimes--;
        return false;
      }
      answers.add(
          new Answer(
              r.requesterId(),
              r.pasid(),
              r.requestPasid(),
              r.groupIndex(),
              r.code(),
              r.address(),
              r.privateData0(),
              r.privateData1()));
      return true;
    }
  }

  // ---- what came

  synchronized List<Answer> answers() {
    return List.copyOf(answers);
  }

  synchronized int answerCount() {
    return answers.size();
  }

  /// Returns the codes of the answers to one group index, in order.
  synchronized List<ResponseCode> codes(int groupIndex) {
    return answers.stream().filter(a -> a.groupIndex == groupIndex).map(Answer::code).toList();
  }

  /// Returns the codes of all answers in order.
  synchronized List<ResponseCode> codes() {
    return answers.stream().map(Answer::code).toList();
  }

  synchronized Map<Integer, Integer> owed() {
    return new TreeMap<>(owed);
  }

  synchronized Map<Integer, Integer> answered() {
    Map<Integer, Integer> map = new TreeMap<>();
    for (Answer answer : answers) {
      map.merge(answer.groupIndex, 1, Integer::sum);
    }
    return map;
  }

  long count(FaultCounter counter) {
    long total = 0;
    for (FaultProducer producer : producers()) {
      total += producer.statistics().count(counter);
    }
    return total;
  }

  @Override
  public String toString() {
    return device.name();
  }
}
