package dev.faultline.app.summary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.app.console.Screen;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.ResponseCode;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunSummaryTest {
  private static RunSummary run() {
    try (FaultQueue queue =
        FaultQueue.open(
            FaultQueueConfig.builder("q")
                .workers(FaultWorkers.caller())
                .timeEveryGroup(true)
                .build())) {
      FaultDevice device = new FaultDevice("d", response -> true, true);
      device.routes().set(1, group -> group.respond(ResponseCode.SUCCESS));
      FaultProducer producer = queue.addDevice(device);
      PageRequestBuffer buffer = new PageRequestBuffer(8);
      buffer.add(1, 1, 1, 0x1000, Access.READ, false, 0, 0, 0);
      buffer.add(1, 1, 1, 0x2000, Access.READ, true, 0, 0, 0);
      buffer.add(1, 2, 2, 0x2000, Access.READ, true, 0, 0, 0);
      buffer.add(1, 1, 3, 0x2000, Access.READ, false, 0, 0, 0);
      producer.report(buffer);
      return RunSummary.builder("run")
          .queue(queue.statistics())
          .latency(queue.statistics())
          .device(ScopeFigures.of(producer.statistics()))
          .accesses(4, 2)
          .retries(1)
          .durationNs(2_000_000)
          .seed(42)
          .setting("workers", 0)
          .checked(3)
          .build();
    }
  }

  @Test
  void figuresOfARealRunAddUp() {
    RunSummary summary = run();
    assertThat(summary.invariants().violations()).isEmpty();
    assertThat(summary.invariants().checked()).isGreaterThan(20);
    assertThat(summary.requests()).isEqualTo(4);
    assertThat(summary.groups()).isEqualTo(1);
    assertThat(summary.dropped()).containsEntry("refused_no_handler", 1L);
    assertThat(summary.accounting().pendingPartials()).isEqualTo(1);
  }

  @Test
  void jsonHasTheNamesOfTheSpecification() {
    JsonNode json = JsonMapper.shared().readTree(SummaryJson.toJson(run()));
    assertThat(json.propertyNames())
        .containsSubsequence(
            "accesses",
            "pages",
            "requests",
            "groups",
            "responses",
            "dropped",
            "retries",
            "latencyNs",
            "durationMs",
            "throughput",
            "invariants",
            "seed",
            "settings")
        .doesNotContain("sound", "holds");
    assertThat(json.get("responses").propertyNames())
        .containsExactly("success", "invalid", "failure");
    assertThat(json.get("latencyNs").propertyNames())
        .containsExactly("ring", "assemble", "queue", "resolve", "answer", "total");
    assertThat(json.get("latencyNs").get("total").propertyNames())
        .containsExactly("p50", "p90", "p99", "p999", "max", "mean", "sum", "count");
    assertThat(json.get("seed").longValue()).isEqualTo(42);
    assertThat(json.get("settings").get("workers").intValue()).isZero();
    assertThat(json.get("dropped").get("refused_no_handler").longValue()).isEqualTo(1);
  }

  @Test
  void theClosingTableFitsNarrowScreens() {
    String wide = SummaryTable.render(run(), Screen.plain(100));
    assertThat(wide).contains("page requests", "wait in ring", "p99.9", "all hold");
    String narrow = SummaryTable.render(run(), Screen.plain(40));
    assertThat(narrow.lines()).allMatch(line -> line.length() <= 40);
  }

  @Test
  void recordedStagesSumExactly() {
    StageRecorder recorder = new StageRecorder();
    for (long i = 1; i <= 1_000; i++) {
      recorder.record(i, i + 7, i + 7 + i, 3 * i + 7, 5 * i + 11, 5 * i + 12);
    }
    StageRecorder other = new StageRecorder();
    other.record(1, 1, 1, 1, 1, 10_000_000_000L);
    recorder.add(other);
    var figures = recorder.figures();
    long sum =
        figures.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(StageRecorder.TOTAL))
            .mapToLong(entry -> entry.getValue().sum())
            .sum();
    assertThat(get(figures, StageRecorder.TOTAL).sum()).isEqualTo(sum);
    assertThat(get(figures, "answer").max()).isEqualTo(9_999_999_999L);
    assertThat(get(figures, "assemble").p50()).isBetween(495L, 505L);
    assertThat(get(recorder.curves(), "total").fractions().getLast()).isEqualTo(1.0);
  }

  private static <T> T get(Map<String, T> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }
}
