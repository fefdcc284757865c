package dev.faultline.iopf;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The state word of a group: of two who move it, exactly one wins (rule Q50, lesson L64).
public final class GroupStateStress {
  private GroupStateStress() {}

  /// A slot with nothing but its word.
  static final class WordSlot extends GroupState.Slot {
    WordSlot(int state) {
      setState(GroupState.word(5, 1, state));
    }
  }

  private static int won(boolean move) {
    return move ? 1 : 0;
  }

  /// Two workers, or a worker and a voider, take the same queued group.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first taker has the group.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second taker has the group.")
  @Outcome(expect = FORBIDDEN, desc = "Both have the group, or nobody has.")
  @State
  public static class TakeVersusTake {
    private final long word = GroupState.word(5, 1, GroupState.QUEUED);
    private final long[] words = {word};

    @Actor
    public void first(II_Result r) {
      r.r1 = won(GroupState.move(words, 0, word, GroupState.TAKEN));
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = won(GroupState.move(words, 0, word, GroupState.TAKEN));
    }
  }

  /// A handler answers while a remover voids.
  @JCStressTest
  @Outcome(id = "1, 0, 5", expect = ACCEPTABLE, desc = "The handler's answer is the answer.")
  @Outcome(id = "0, 1, 7", expect = ACCEPTABLE, desc = "The remover answers INVALID.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none, or a state that nobody has set.")
  @State
  public static class AnswerVersusVoid {
    private final WordSlot slot = new WordSlot(GroupState.RUNNING);
    private final long word = slot.stateWord();

    @Actor
    public void handler(III_Result r) {
      r.r1 = won(slot.move(word, GroupState.ANSWERING));
    }

    @Actor
    public void remover(III_Result r) {
      r.r2 = won(slot.move(word, GroupState.VOIDED));
    }

    @Arbiter
    public void state(III_Result r) {
      r.r3 = GroupState.state(slot.stateWord());
    }
  }

  /// A handler delivers the group and answers it through the handle while a remover voids it in
  /// whichever state it finds it.
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Delivered and answered by the handler.")
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Delivered, then voided.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Voided while it ran.")
  @Outcome(expect = FORBIDDEN, desc = "Two answers or none.")
  @State
  public static class DeliverVersusVoid {
    private final WordSlot slot = new WordSlot(GroupState.RUNNING);
    private final long word = slot.stateWord();

    @Actor
    public void handler(III_Result r) {
      r.r1 = won(slot.move(word, GroupState.DELIVERED));
      if (r.r1 == 1) {
        long delivered = GroupState.with(word, GroupState.DELIVERED);
        r.r2 = won(slot.move(delivered, GroupState.ANSWERING));
      }
    }

    @Actor
    public void remover(III_Result r) {
      while (true) {
        long now = slot.stateWord();
        int state = GroupState.state(now);
        if (state != GroupState.RUNNING && state != GroupState.DELIVERED) {
          return;
        }
        if (slot.move(now, GroupState.VOIDED)) {
          r.r3 = 1;
          return;
        }
      }
    }
  }

  /// A slot is recycled for the next group while somebody still holds the word of the last one.
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The old handle was in time; the slot stays.")
  @Outcome(id = "0, 3", expect = ACCEPTABLE, desc = "The old handle is stale; the new group runs.")
  @Outcome(expect = FORBIDDEN, desc = "The old handle has touched the new group.")
  @State
  public static class StaleHandleVersusRecycle {
    private final WordSlot slot = new WordSlot(GroupState.DELIVERED);
    private final long word = slot.stateWord();

    @Actor
    public void oldHandle(II_Result r) {
      r.r1 = won(slot.move(word, GroupState.ANSWERING));
    }

    @Actor
    public void owner(II_Result r) {
      if (slot.move(word, GroupState.VOIDED)) {
        slot.setState(GroupState.with(word, GroupState.FREE));
        slot.setState(GroupState.word(6, 1, GroupState.RUNNING));
      }
    }

    @Arbiter
    public void state(II_Result r) {
      r.r2 = r.r1 == 1 ? 0 : GroupState.state(slot.stateWord());
    }
  }
}
