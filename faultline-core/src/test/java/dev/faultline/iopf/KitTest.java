package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The kit itself: its checks must notice what is wrong.
class KitTest extends EngineTest {
  @Test
  void anAnswerTooManyIsNoticed() {
    FaultQueue queue = open(WorkerKind.CALLER);
    FakeDevice device = device(queue).handle(P, handler());
    device.last(P, 1, page(1));
    device.owe(1);

    assertThatThrownBy(() -> Invariants.checkAnswers(device)).isInstanceOf(AssertionError.class);
    isBrokenOnPurpose();
  }

  @Test
  void aLivingThreadIsNoticed() {
    FaultQueue queue = open(WorkerKind.TWO_THREADS);

    assertThat(Invariants.threadsOf(queue)).hasSize(2);
    assertThatThrownBy(() -> Invariants.check(queue, List.of())).isInstanceOf(AssertionError.class);
  }
}
