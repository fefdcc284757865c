package dev.faultline.app.summary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryChecksTest {
  private final LatencyFigures ring = new LatencyFigures(1, 2, 3, 4, 5, 2.5, 10, 4);
  private final LatencyFigures total = new LatencyFigures(10, 20, 30, 40, 50, 25, 100, 4);
  private final LatencyFigures resolve = new LatencyFigures(9, 18, 27, 36, 45, 22.5, 90, 4);
  private Map<String, LatencyFigures> latency =
      new LinkedHashMap<>(Map.of("ring", ring, "resolve", resolve, "total", total));
  private Map<String, Long> dropped =
      new LinkedHashMap<>(Map.of("dropped_flush", 2L, "refused_limit", 1L, "refused_busy", 1L));
  private List<Map<String, Object>> devices = List.of();
  private Responses responses = new Responses(3, 1, 0);
  private Accounting accounting = new Accounting(6, 1, 0, 0, 4, 1, 1);
  private InvalidAccesses invalid = new InvalidAccesses(0, List.of());
  private double throughput = 11;
  private long requests = 11;

  private List<String> violations() {
    return SummaryChecks.violationsOf(
        new RunSummary(
            "test",
            100,
            10,
            requests,
            4,
            responses,
            dropped,
            0,
            latency,
            1_000,
            throughput,
            new Invariants(0, List.of()),
            1,
            Map.of(),
            accounting,
            Map.of(),
            Map.of(),
            invalid,
            devices,
            List.of(),
            List.of(),
            List.of()));
  }

  @Test
  void soundFiguresHaveNoViolation() {
    assertThat(violations()).isEmpty();
  }

  @Test
  void aLostRequestIsSeen() {
    requests = 12;
    throughput = 12;
    assertThat(violations())
        .containsExactly("12 requests, but 6 grouped + 4 dropped or refused + 1 pending = 11");
  }

  @Test
  void aGroupWithoutAnswerIsSeen() {
    responses = new Responses(3, 0, 0);
    assertThat(violations())
        .containsExactly(
            "4 groups, but 3 success + 0 invalid + 0 failure + 0 voided by reset + 0 open = 3");
  }

  @Test
  void moreGroupsThanRequestsAreSeen() {
    accounting = new Accounting(3, 4, 0, 0, 4, 1, 1);
    assertThat(violations()).containsExactly("4 groups of only 3 requests");
  }

  @Test
  void refusalsThatDoNotAddUpAreSeen() {
    accounting = new Accounting(6, 1, 0, 0, 4, 1, 0);
    assertThat(violations())
        .containsExactly("2 requests refused, but 1 refused with SUCCESS + 0 otherwise");
  }

  @Test
  void lostTimeIsSeen() {
    latency.put("resolve", new LatencyFigures(9, 18, 27, 36, 45, 22.25, 89, 4));
    assertThat(violations()).containsExactly("stage latencies sum to 99 ns, the whole to 100 ns");
  }

  @Test
  void aStageWithAnotherNumberOfGroupsIsSeen() {
    latency.put("resolve", new LatencyFigures(9, 18, 27, 36, 45, 30, 90, 3));
    assertThat(violations()).containsExactly("latencyNs.resolve has 3 groups, the whole has 4");
  }

  @Test
  void percentilesOutOfOrderAreSeen() {
    latency.put("ring", new LatencyFigures(1, 4, 3, 4, 5, 2.5, 10, 4));
    assertThat(violations()).singleElement().asString().contains("latencyNs.ring is not in order");
  }

  @Test
  void aWrongMeanIsSeen() {
    latency.put("ring", new LatencyFigures(1, 2, 3, 4, 5, 2, 10, 4));
    assertThat(violations()).singleElement().asString().contains("mean 2.000 ns x 4 groups");
  }

  @Test
  void aMaximumAboveTheWholeIsSeen() {
    latency.put("ring", new LatencyFigures(1, 2, 3, 4, 60, 2.5, 10, 4));
    assertThat(violations()).singleElement().asString().contains("maximum 60 ns");
  }

  @Test
  void timedGroupsThatDifferAreSeen() {
    accounting = new Accounting(6, 1, 0, 0, 3, 1, 1);
    assertThat(violations()).containsExactly("4 total latencies, but 3 timed groups");
  }

  @Test
  void stagesWithoutTheWholeAreSeen() {
    latency = Map.of("ring", ring);
    assertThat(violations()).containsExactly("latencyNs has stages but no total");
  }

  @Test
  void aWrongThroughputIsSeen() {
    throughput = 12;
    assertThat(violations()).singleElement().asString().contains("is not 11 requests");
  }

  @Test
  void devicesThatDoNotAddUpAreSeen() {
    devices = List.of(Map.of("requests", 5L, "groups", 2L), Map.of("requests", 6L, "groups", 1L));
    assertThat(violations())
        .containsExactly("groups: the sum over every device is 3, the run's figure 4");
  }

  @Test
  void negativeAndMissingFiguresAreSeen() {
    dropped.put("dropped_flush", -1L);
    dropped.put("dropped_reset", 3L);
    invalid = new InvalidAccesses(0, List.of(Map.of("address", "0x0")));
    assertThat(violations())
        .containsExactlyInAnyOrder(
            "dropped.dropped_flush is negative: -1", "0 invalid accesses, but 1 samples of them");
  }
}
