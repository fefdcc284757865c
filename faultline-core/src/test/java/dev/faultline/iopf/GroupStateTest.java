package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The state word of a group.
class GroupStateTest {
  @Test
  void Q50_stampLengthAndStateDoNotTouchEachOther() {
    for (long stamp : new long[] {0, 1, 0x12_3456_789aL, (1L << 40) - 1}) {
      for (int length : new int[] {1, 2, 1024, GroupState.MAX_LENGTH}) {
        for (int state = GroupState.FREE; state <= GroupState.VOIDED; state++) {
          long word = GroupState.word(stamp, length, state);
          assertThat(GroupState.state(word)).isEqualTo(state);
          assertThat(GroupState.length(word)).isEqualTo(length);
          assertThat(GroupState.hasStamp(word, stamp)).isTrue();
          assertThat(GroupState.hasStamp(word, stamp + 1)).isFalse();
          long moved = GroupState.with(word, GroupState.ANSWERED);
          assertThat(GroupState.sameStamp(moved, word)).isTrue();
          assertThat(GroupState.length(moved)).isEqualTo(length);
        }
      }
    }
  }

  @Test
  void L41_stampsWrapWithoutMixingUpNeighbours() {
    long wrap = 1L << 40;
    for (long position = wrap - 3; position < wrap + 3; position++) {
      long word = GroupState.word(position, 1, GroupState.QUEUED);
      for (long other = wrap - 3; other < wrap + 3; other++) {
        assertThat(GroupState.hasStamp(word, other)).isEqualTo(position == other);
      }
    }
  }

  @Test
  void Q50_L21_ofAllThatMoveAWordOneWins() {
    int threads = 3;
    long[] words = new long[2_000];
    for (int i = 0; i < words.length; i++) {
      words[i] = GroupState.word(i, 1, GroupState.QUEUED);
    }
    AtomicInteger wins = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(threads);
    List<Task> tasks = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int state = t == 0 ? GroupState.TAKEN : GroupState.VOIDED;
      tasks.add(
          Task.start(() -> {
            start.countDown();
            start.await();
            for (int i = 0; i < words.length; i++) {
              long expected = GroupState.word(i, 1, GroupState.QUEUED);
              if (GroupState.move(words, i, expected, state)) {
                wins.incrementAndGet();
              }
            }
          }));
    }
    tasks.forEach(Task::await);

    assertThat(wins).hasValue(words.length);
  }

  @Test
  void L64_aWordOfAnEarlierGroupMovesNothing() {
    long[] words = new long[1];
    long old = GroupState.word(7, 1, GroupState.RUNNING);
    words[0] = GroupState.word(8, 1, GroupState.RUNNING);

    assertThat(GroupState.move(words, 0, old, GroupState.VOIDED)).isFalse();
    assertThat(GroupState.state(words[0])).isEqualTo(GroupState.RUNNING);
    assertThat(GroupState.name(words[0])).isEqualTo("RUNNING");
  }

  @Test
  void L41_aLaneGoesOnWhenItsPositionsWrapTheRingManyTimes() {
    FaultQueue queue =
        FaultQueue.open(
            FaultQueueConfig.builder("wrap")
                .workers(FaultWorkers.stepped(1))
                .maxRepeats(0)
                .build());
    FakeDevice device = new FakeDevice("d");
    RecordingHandler handler = new RecordingHandler();
    device.addTo(queue);
    device.handle(1, handler);
    int expected = 0;
    for (int i = 0; i < 5_000; i++) {
      Requests requests = device.batch();
      for (int n = 0; n < i % 4; n++) {
        requests.part(1, i, (long) n << 12);
      }
      requests.last(1, i, 0x9000).report();
      if (i % 3 == 0) {
        expected += queue.step(0, 100);
        assertThat(device.answerCount()).isEqualTo(expected);
      }
    }
    queue.step(0, 100);
    assertThat(handler.seen())
        .hasSize(5_000)
        .allSatisfy(seen -> assertThat(seen.addresses()).hasSize(seen.groupIndex() % 4 + 1));
    queue.close();
    Invariants.check(queue, List.of(device));
  }
}
