package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Settings that are out of range are refused by name.
class ConfigTest extends EngineTest {
  static Stream<Arguments> badSettings() {
    return Stream.of(
        bad("number of workers is 0", "1 to 64", b -> b.workers(FaultWorkers.threads(0))),
        bad("number of workers is -1", "1 to 64", b -> b.workers(FaultWorkers.threads(-1))),
        bad("number of workers is 0", "1 to 64", b -> b.workers(FaultWorkers.stepped(0))),
        bad(
            "number of workers is 5",
            "1 to 4",
            b -> b.workers(FaultWorkers.threads(5)).maxWorkers(4)),
        bad("workers is 65", "1 to 64", b -> b.maxWorkers(65)),
        bad("workers is 0", "1 to 64", b -> b.maxWorkers(0)),
        bad("group capacity is 0", "1 to 16777216", b -> b.groupCapacity(0)),
        bad("open groups per device is 0", "1 to", b -> b.maxOpenGroupsPerDevice(0)),
        bad("partials per device is 0", "1 to", b -> b.maxPartialsPerDevice(0)),
        bad("requests per group is 0", "1 to 32768", b -> b.maxRequestsPerGroup(0)),
        bad("requests per group is 32769", "1 to 32768", b -> b.maxRequestsPerGroup(32769)),
        bad("number of devices is 0", "1 to", b -> b.maxDevices(0)),
        bad("busy retries is -1", "0 to", b -> b.maxBusyRetries(-1)),
        bad("repeats is -1", "0 to", b -> b.maxRepeats(-1)),
        bad("partial timeout in ns is -1", "0 to", b -> b.partialTimeoutNs(-1)),
        bad("response deadline in ns is -1", "0 to", b -> b.responseDeadlineNs(-1)),
        bad("address bits is 31", "32 to 64", b -> b.addressBits(31)),
        bad("address bits is 65", "32 to 64", b -> b.addressBits(65)),
        bad("page shift is 9", "10 to 30", b -> b.pageShift(9)),
        bad("groups per pass is 0", "1 to 65536", b -> b.passGroups(0)),
        bad("log lines per second is -1", "0 to", b -> b.logLinesPerSecond(-1)));
  }

  private static Arguments bad(
      String value, String range, UnaryOperator<FaultQueueConfig.Builder> setting) {
    return Arguments.of(value, range, setting);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSettings")
  void Q5_L49_aValueOutOfRangeIsRefusedWithItsRange(
      String value, String range, UnaryOperator<FaultQueueConfig.Builder> setting) {
    assertThatThrownBy(
            () -> FaultQueue.open(setting.apply(FaultQueueConfig.builder("bad")).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(value)
        .hasMessageContaining(range);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "iopf/0", "ä", "a\n"})
  void Q5_aBadNameIsRefusedAndQuoted(String name) {
    assertThatThrownBy(() -> FaultQueue.open(FaultQueueConfig.builder(name).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
    assertThatThrownBy(() -> FaultQueue.open(FaultQueueConfig.builder("x".repeat(65)).build()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void Q2_Q5_theDefaultsOpenAndAreWhatTheDocumentationSays() {
    FaultQueue queue = open(FaultWorkers.threads(1), config -> config);

    FaultQueueConfig config = queue.config();
    assertThat(config.workers().count()).isEqualTo(1);
    assertThat(config.groupCapacity()).isEqualTo(16_384);
    assertThat(config.maxOpenGroupsPerDevice()).isEqualTo(4_096);
    assertThat(config.maxPartialsPerDevice()).isEqualTo(4_096);
    assertThat(config.maxRequestsPerGroup()).isEqualTo(1_024);
    assertThat(config.maxBusyRetries()).isEqualTo(64);
    assertThat(config.maxRepeats()).isEqualTo(64);
    assertThat(config.partialTimeoutNs()).isZero();
    assertThat(config.responseDeadlineNs()).isZero();
    assertThat(config.orderedPerPasid()).isFalse();
  }

  @Test
  void Q5_aRefusedQueueHasStartedNoThread() {
    assertThatThrownBy(
            () -> FaultQueue.open(FaultQueueConfig.builder("nothread").groupCapacity(0).build()))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("iopf/nothread/"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_537})
  void Q35_aBufferHasBounds(int capacity) {
    assertThatThrownBy(() -> new PageRequestBuffer(capacity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(capacity));
  }

  @Test
  void Q35_aFullBufferTakesNoMoreAndIsEmptyAfterClear() {
    PageRequestBuffer buffer = new PageRequestBuffer(2);
    buffer.add(1, P, 1, page(1), Access.READ, false, 0, 0, 0);
    buffer.addUnrecoverable(1, P, page(2), Access.READ, 0, 0);
    assertThat(buffer.isFull()).isTrue();

    assertThatThrownBy(() -> buffer.add(1, P, 1, 0, 0, true, 0, 0, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> buffer.address(2)).isInstanceOf(IndexOutOfBoundsException.class);
    buffer.clear();
    assertThat(buffer.size()).isZero();
    assertThatThrownBy(() -> buffer.status(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void L14_everyFieldOfARequestComesBackFromTheBuffer() {
    PageRequestBuffer buffer = new PageRequestBuffer(4);
    buffer.add(-1, Pasid.MAX, -1, -1L, Access.ALL, true, -1L, Long.MIN_VALUE, -1);
    buffer.add(0, Pasid.NONE, 0, 0, Access.NONE, false, 0, 0, 0);
    buffer.add(7, 0, 8, 9, Access.WRITE, false, 10, 11, 12);

    assertThat(buffer.requesterId(0)).isEqualTo(-1);
    assertThat(buffer.pasid(0)).isEqualTo(Pasid.MAX);
    assertThat(buffer.groupIndex(0)).isEqualTo(-1);
    assertThat(buffer.address(0)).isEqualTo(-1L);
    assertThat(buffer.access(0)).isEqualTo(Access.ALL);
    assertThat(buffer.isLast(0)).isTrue();
    assertThat(buffer.privateData0(0)).isEqualTo(-1L);
    assertThat(buffer.privateData1(0)).isEqualTo(Long.MIN_VALUE);
    assertThat(buffer.requesterId(1)).isZero();
    assertThat(buffer.pasid(1)).isEqualTo(Pasid.NONE);
    assertThat(buffer.access(1)).isZero();
    assertThat(buffer.isLast(1)).isFalse();
    assertThat(buffer.pasid(2)).isZero();
    assertThat(buffer.privateData1(2)).isEqualTo(11);
  }

  @Test
  void L85_permissionsAreReadAndWrittenAsLetters() {
    for (int access = 0; access <= Access.ALL; access++) {
      assertThat(Access.parse(Access.toText(access))).isEqualTo(access);
      assertThat(Access.isValid(access)).isTrue();
    }
    assertThat(Access.isValid(16)).isFalse();
    assertThat(Access.isValid(-1)).isFalse();
    assertThat(Access.parse("wr")).isEqualTo(Access.READ | Access.WRITE);
    assertThatThrownBy(() -> Access.parse("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Access.parse("rz"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("z");
  }

  @Test
  void L78_pasidBoundsAreInclusive() {
    assertThat(Pasid.isValid(0)).isTrue();
    assertThat(Pasid.isValid(Pasid.MAX)).isTrue();
    assertThat(Pasid.isValid(Pasid.MAX + 1)).isFalse();
    assertThat(Pasid.isValid(Pasid.NONE)).isTrue();
    assertThat(Pasid.isValid(Pasid.ALL)).isFalse();
    assertThat(Pasid.MAX).isEqualTo(0xfffff);
    assertThat(Pasid.toText(Pasid.NONE)).isEqualTo("-");
    assertThat(Pasid.toText(Pasid.ALL)).isEqualTo("all");
    assertThat(Pasid.toText(5)).isEqualTo("5");
  }
}
