package dev.faultline.app.report;

import dev.faultline.app.summary.RunSummary;
import dev.faultline.app.summary.RunSummaryBuilder;
import dev.faultline.app.summary.ScopeFigures;
import dev.faultline.app.summary.StageRecorder;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A report of a small real run whose times are drawn from a seed; its `main` writes it to look at.
final class SampleReport {
  private static final int GROUPS = 20_000;

  private SampleReport() {}

  /// Writes the sample to the file given.
  public static void main(String[] arguments) throws IOException {
    HtmlReport.write(Path.of(arguments[0]), input("gzip of a kernel tarball <on two devices>"));
  }

  static ReportInput input(String name) {
    Random random = new Random(7);
    StageRecorder recorder = new StageRecorder();
    GroupSizes sizes = new GroupSizes();
    TimeBuckets rate = new TimeBuckets(240, 0, 1_000);
    TimeBuckets depth = new TimeBuckets(240, 0, 1_000);
    TimeBuckets flight = new TimeBuckets(240, 0, 1_000);
    RunSummaryBuilder summary = RunSummary.builder(name);
    try (FaultQueue queue = queue()) {
      FaultProducer[] producers = {device(queue, "0000:01:00.0"), device(queue, "0000:02:00.0")};
      PageRequestBuffer buffer = new PageRequestBuffer(64);
      long now = 0;
      for (int i = 0; i < GROUPS; i++) {
        int size = random.nextInt(10) < 5 ? 1 : 1 + random.nextInt(40);
        sizes.add(size);
        report(producers[i % 3 == 0 ? 1 : 0], buffer, i, size, random);
        queue.step(0, Integer.MAX_VALUE);
        now += 4_000 + (long) (random.nextDouble() * 9_000 * (1 + Math.sin(i / 2_000.0)));
        long ring = now + time(random, 700);
        long accepted = ring + (size == 1 ? 0 : time(random, 1_500));
        long taken = accepted + time(random, 900);
        long resolved = taken + time(random, 2_400);
        if (i % 97 == 0) {
          continue;
        }
        recorder.record(now, ring, accepted, taken, resolved, resolved + time(random, 300));
        rate.add(now, size);
        depth.note(now, 4 + 20 * (1 + Math.sin(i / 900.0)) * random.nextDouble());
        flight.note(now, 2 + 6 * (1 + Math.cos(i / 1_300.0)) * random.nextDouble());
      }
      fill(summary, queue, producers, now);
    }
    return new ReportInput(
        summary.latency(recorder).build(),
        List.of(rate.toSeries("page requests", "/s", TimeBuckets.Value.RATE)),
        List.of(
            depth.toSeries("queue depth", "groups", TimeBuckets.Value.MAX),
            flight.toSeries("in flight", "groups", TimeBuckets.Value.MEAN)),
        List.of(
            new TimeMark(60_000_000, "overflow"), new TimeMark(110_000_000, "flush of PASID 1")),
        sizes,
        recorder.curves());
  }

  private static long time(Random random, double median) {
    return Math.round(median * Math.exp(random.nextGaussian() * 0.8));
  }

  private static FaultQueue queue() {
    return FaultQueue.open(
        FaultQueueConfig.builder("sample").workers(FaultWorkers.stepped(1)).build());
  }

  private static FaultProducer device(FaultQueue queue, String name) {
    FaultDevice device = new FaultDevice(name, response -> true, true);
    device
        .routes()
        .set(
            1,
            group ->
                group.respond(
                    group.address(0) % 61 == 0 ? ResponseCode.INVALID : ResponseCode.SUCCESS));
    return queue.addDevice(device);
  }

  private static void report(
      FaultProducer producer, PageRequestBuffer buffer, int group, int size, Random random) {
    buffer.clear();
    for (int i = 0; i < size; i++) {
      int pasid = group % 97 == 0 ? 9 : 1;
      long address = 0x7f00_0000_0000L + (random.nextInt(4_096) << 12);
      buffer.add(1, pasid, group & 511, address + group % 122, Access.READ, i == size - 1, 0, 0, 0);
    }
    producer.report(buffer);
    if (group % 500 == 0) {
      buffer.clear();
      buffer.add(1, 1, 700, 0x1000, Access.READ, false, 0, 0, 0);
      producer.report(buffer);
      producer.flush(Pasid.ALL);
    }
  }

  private static void fill(
      RunSummaryBuilder summary, FaultQueue queue, FaultProducer[] producers, long durationNs) {
    summary.queue(queue.statistics()).durationNs(durationNs).seed(7).retries(19_431);
    for (FaultProducer producer : producers) {
      summary.device(ScopeFigures.of(producer.statistics()));
      producer.statisticsByPasid().forEach(pasid -> summary.pasid(ScopeFigures.of(pasid)));
    }
    summary.accesses(1_204_331, 8_190).checked(40_000);
    summary.faultAround("windowPages", 16).faultAround("pagesPopulated", 51_202L);
    summary.faultAround("faultsSaved", 47_113L).faultAround("accessesPerFault", 17.25);
    summary
        .trace("file", "gzip.lackey.zst")
        .trace("lines", 1_204_400L)
        .trace("packedBytes", 8_123_999L);
    summary.setting("workers", 1).setting("ringEntries", 2_048).setting("topology", "one queue");
    summary.addressSpace(Map.of("name", "gzip (pid 4711)"));
    summary.invalidAccesses(
        3,
        List.of(
            Map.of("address", "0xdeadbeef000", "area", "<script>alert(1)</script>", "access", "w"),
            Map.of("address", "0x10", "area", "none \"at\" all", "access", "r")));
  }
}
