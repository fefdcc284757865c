package dev.faultline.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BackoffIdleStrategyTest {
  private long nowNs;

  @Test
  void staysAwakeForAWhileAfterWorkThenAsksForSleep() {
    BackoffIdleStrategy idle = new BackoffIdleStrategy(() -> nowNs, 10, 50);
    assertThat(idle.idle(0)).isFalse();
    nowNs = 9;
    assertThat(idle.idle(0)).isFalse();
    nowNs = 49;
    assertThat(idle.idle(0)).isFalse();
    nowNs = 50;
    assertThat(idle.idle(0)).isTrue();
    assertThat(idle.idle(3)).isFalse();
    nowNs = 1000;
    assertThat(idle.idle(0)).isFalse();
    nowNs = 1050;
    assertThat(idle.idle(0)).isTrue();
  }

  @Test
  void refusesTimesOutOfOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BackoffIdleStrategy(() -> 0, 10, 5))
        .withMessageContaining("10")
        .withMessageContaining("5");
  }
}
