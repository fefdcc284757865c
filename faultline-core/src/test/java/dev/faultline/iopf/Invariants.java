package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;

/// What must hold at the end of every test, whatever it did (specification, chapter "Invariants").
final class Invariants {
  private Invariants() {}

  /// Checks a queue that was closed, and the devices that were ever attached to it.
  static void check(FaultQueue queue, Collection<FakeDevice> devices) {
    assertThat(queue.isClosed()).as("queue is closed").isTrue();
    for (FakeDevice device : devices) {
      checkAnswers(device);
    }
    checkTeardown(queue);
    checkBooks(queue, devices);
  }

  /// I1: every last request that entered has exactly one answer, a partial none. What a reset has
  /// taken back (groups, and answers that the responder had not taken) has none, and is counted.
  static void checkAnswers(FakeDevice device) {
    long takenBack =
        device.count(FaultCounter.VOIDED_RESET) + device.count(FaultCounter.RESPONSES_DROPPED);
    if (takenBack == 0) {
      assertThat(device.answered())
          .as("I1: answers by group index of %s", device)
          .isEqualTo(device.owed());
      return;
    }
    device
        .answered()
        .forEach((index, n) ->
            assertThat(n)
                .as("I1: answers of %s to group %d", device, index)
                .isLessThanOrEqualTo(device.owed().getOrDefault(index, 0)));
    assertThat(device.answerCount() + takenBack)
        .as("I1: answers of %s, and what a reset has taken back", device)
        .isEqualTo(device.owed().values().stream().mapToLong(n -> n).sum());
  }

  /// I2: no live group, no thread, no attached device, no response left.
  static void checkTeardown(FaultQueue queue) {
    assertThat(queue.producers()).as("I2: producers").isEmpty();
    for (FaultGroup slot : queue.slots()) {
      assertThat(GroupState.name(slot.stateWord())).as("I2: state of a slot").isEqualTo("FREE");
    }
    assertThat(queue.hasUnsent()).as("I2: responses that were never sent").isFalse();
    Await.until(
        "no thread of queue " + queue.name() + " is left", () -> threadsOf(queue).isEmpty());
  }

  /// Q80: what the queue and its producers have counted adds up.
  static void checkBooks(FaultQueue queue, Collection<FakeDevice> devices) {
    for (FakeDevice device : devices) {
      for (FaultProducer producer : device.producers()) {
        if (producer.queue() == queue) {
          assertThat(producer.statistics().imbalance()).isEmpty();
          assertThat(producer.statistics().openGroups()).as("I2: open groups").isZero();
          assertThat(producer.statistics().pendingPartials()).as("I2: partials").isZero();
        }
      }
    }
    assertThat(queue.statistics().imbalance()).isEmpty();
  }

  static List<Thread> threadsOf(FaultQueue queue) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("iopf/" + queue.name() + "/"))
        .filter(Thread::isAlive)
        .toList();
  }
}
