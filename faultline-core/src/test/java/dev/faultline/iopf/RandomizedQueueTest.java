package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.QueueModel.Kept;
import dev.faultline.iopf.QueueModel.Key;
import dev.faultline.iopf.QueueModel.Mode;
import dev.faultline.iopf.QueueModel.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random sequences of everything that a driver, a device and a handler can do, against
/// [QueueModel].
///
/// A failure names its seed and the shortest sequence that still fails.
@Timeout(120)
class RandomizedQueueTest {
  private static final int SEEDS = 320;
  private static final int STEPS = 300;
  private static final int[] PASIDS = {Pasid.NONE, 0, 7, 8};
  private static final int[] SCOPES = {Pasid.NONE, 0, 7, 8, Pasid.ALL};

  private enum Kind {
    REPORT,
    STEP,
    FLUSH,
    FLUSH_DISCARD,
    RESET,
    REMOVE,
    ADD,
    DISCARD_PARTIALS,
    SET_ROUTE,
    REMOVE_ROUTE,
    ANSWER,
    BUSY,
    READY
  }

  /// One operation; what it does depends on its numbers only, so that any of them can be left out.
  private record Op(Kind kind, int device, long random) {}

  // ---- the sequences

  private static List<Op> generate(long seed) {
    Random random = new Random(seed);
    Kind[] weighted = {
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.REPORT,
      Kind.STEP,
      Kind.STEP,
      Kind.STEP,
      Kind.STEP,
      Kind.STEP,
      Kind.FLUSH,
      Kind.FLUSH,
      Kind.FLUSH_DISCARD,
      Kind.RESET,
      Kind.REMOVE,
      Kind.ADD,
      Kind.ADD,
      Kind.DISCARD_PARTIALS,
      Kind.SET_ROUTE,
      Kind.SET_ROUTE,
      Kind.REMOVE_ROUTE,
      Kind.ANSWER,
      Kind.ANSWER,
      Kind.ANSWER,
      Kind.ANSWER,
      Kind.BUSY,
      Kind.READY,
      Kind.READY
    };
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      ops.add(
          new Op(
              weighted[random.nextInt(weighted.length)],
              random.nextInt(QueueModel.DEVICES),
              random.nextLong()));
    }
    return ops;
  }

  // ---- one run

  /// An engine and a model side by side.
  private static final class Run {
    private final QueueModel model = new QueueModel();
    private final boolean batched;
    private final FaultQueue queue;
    private final FakeDevice[] devices = {new FakeDevice("d0"), new FakeDevice("d1")};
    private final int[] seen = new int[QueueModel.DEVICES];
    private final Map<List<Object>, List<DeliveredGroup>> handles = new HashMap<>();
    private final Map<Kept, DeliveredGroup> handleOf = new HashMap<>();
    private long addresses = 1;

    Run(boolean batched) {
      this.batched = batched;
      queue =
          FaultQueue.open(
              FaultQueueConfig.builder("random")
                  .workers(FaultWorkers.stepped(2))
                  .maxPartialsPerDevice(QueueModel.MAX_PARTIALS)
                  .maxRequestsPerGroup(QueueModel.MAX_PER_GROUP)
                  .maxOpenGroupsPerDevice(QueueModel.MAX_OPEN)
                  .groupCapacity(QueueModel.CAPACITY)
                  .maxBusyRetries(Integer.MAX_VALUE)
                  .maxRepeats(0)
                  .logLinesPerSecond(0)
                  .build());
      for (int d = 0; d < devices.length; d++) {
        devices[d].addTo(queue);
        setRoute(d, 7, Mode.SUCCESS);
        setRoute(d, Pasid.NONE, Mode.DELIVER);
      }
    }

    private void setRoute(int d, int pasid, Mode mode) {
      model.setRoute(d, pasid, mode);
      devices[d].handle(
          pasid,
          group -> {
            switch (mode) {
              case SUCCESS -> group.respond(ResponseCode.SUCCESS);
              case INVALID -> group.respond(ResponseCode.INVALID);
              case FAILURE -> group.respond(ResponseCode.FAILURE);
              case THROW -> throw new IllegalStateException("as told");
              case SILENT -> {}
              case DELIVER -> {
                List<Object> name = new ArrayList<>(List.of(d, group.groupIndex()));
                for (int i = 0; i < group.size(); i++) {
                  name.add(group.address(i));
                }
                handles.computeIfAbsent(name, k -> new ArrayList<>()).add(group.deliver());
              }
            }
          });
    }

    void apply(Op op) {
      Random random = new Random(op.random);
      int d = op.device;
      FaultProducer producer = devices[d].producer();
      switch (op.kind) {
        case REPORT -> report(d, random);
        case STEP -> step(random.nextInt(2), 1 + random.nextInt(6));
        case FLUSH -> {
          int scope = SCOPES[random.nextInt(SCOPES.length)];
          assertThat(producer.flush(scope, 0)).as("quiet").isEqualTo(model.flush(d, scope));
        }
        case FLUSH_DISCARD -> {
          int scope = SCOPES[random.nextInt(SCOPES.length)];
          boolean quiet = model.flushDiscarding(d, scope);
          try {
            producer.flushDiscarding(scope);
          } catch (IllegalStateException e) {
            assertThat(quiet).as("quiet, but: " + e).isFalse();
          }
        }
        case RESET -> {
          ready(d);
          model.reset(d);
          producer.reset();
        }
        case REMOVE -> {
          model.remove(d);
          producer.remove();
        }
        case ADD -> {
          if (!model.attached(d)) {
            model.add(d);
            devices[d].addTo(queue);
          }
        }
        case DISCARD_PARTIALS ->
            assertThat(queue.discardPartials()).isEqualTo(model.discardPartials());
        case SET_ROUTE ->
            setRoute(
                d,
                PASIDS[random.nextInt(PASIDS.length)],
                Mode.values()[random.nextInt(Mode.values().length)]);
        case REMOVE_ROUTE -> {
          int pasid = PASIDS[random.nextInt(PASIDS.length)];
          model.removeRoute(d, pasid);
          devices[d].device.routes().remove(pasid);
        }
        case ANSWER -> answer(random);
        case BUSY -> {
          model.busy(d);
          devices[d].busy(Integer.MAX_VALUE);
        }
        case READY -> ready(d);
      }
      check();
    }

    private void ready(int d) {
      devices[d].busy(0);
      queue.tick();
      model.ready(d);
    }

    private void report(int d, Random random) {
      Requests requests = devices[d].batch();
      List<ReportStatus> expected = new ArrayList<>();
      for (int n = random.nextInt(7); n >= 0; n--) {
        Key key = new Key(PASIDS[random.nextInt(PASIDS.length)], random.nextInt(3));
        long address = addresses++ << 12;
        switch (random.nextInt(8)) {
          case 0, 1, 2, 3 -> {
            // Runs of one key, as devices send them.
            for (int i = random.nextInt(4); i >= 0; i--) {
              expected.add(model.part(d, key, address));
              requests.part(key.pasid(), key.index(), address);
              address = addresses++ << 12;
            }
            if (random.nextBoolean()) {
              expected.add(model.last(d, key, address));
              requests.last(key.pasid(), key.index(), address);
            }
          }
          case 4, 5, 6 -> {
            expected.add(model.last(d, key, address));
            requests.last(key.pasid(), key.index(), address);
          }
          default -> {
            Key odd = new Key(key.pasid(), 99);
            expected.add(model.malformedLast(d, odd, 1L << 60));
            requests.last(odd.pasid(), odd.index(), 1L << 60);
          }
        }
      }
      assertThat(batched ? requests.report() : requests.reportOneByOne())
          .as("statuses")
          .isEqualTo(expected);
    }

    private void step(int worker, int maxGroups) {
      int[] before = {queued(0), queued(1)};
      assertThat(before).as("queued").containsExactly(model.queued(0), model.queued(1));
      int ran = queue.step(worker, maxGroups);
      assertThat(ran).as("groups of a step").isEqualTo(Math.min(maxGroups, before[0] + before[1]));
      model.run(0, before[0] - queued(0));
      model.run(1, before[1] - queued(1));
    }

    private int queued(int d) {
      return (int)
          devices[d].producer().openGroups().stream()
              .filter(group -> group.state().equals("QUEUED"))
              .count();
    }

    private void answer(Random random) {
      if (model.kept.isEmpty()) {
        return;
      }
      Kept kept = model.kept.get(random.nextInt(model.kept.size()));
      ResponseCode code = ResponseCode.values()[random.nextInt(3)];
      DeliveredGroup handle = handleOf.get(kept);
      assertThat(handle.isOpen()).as("open").isEqualTo(kept.open);
      assertThat(handle.respond(code)).as("answer").isEqualTo(model.respond(kept, code));
    }

    private void check() {
      for (Kept kept : model.kept) {
        if (!handleOf.containsKey(kept)) {
          List<Object> name = new ArrayList<>(List.of(kept.device, kept.group.key().index()));
          name.addAll(kept.group.addresses());
          assertThat(handles).as("kept groups").containsKey(name);
          handleOf.put(kept, handles.get(name).removeFirst());
        }
      }
      List<Reply> actual = new ArrayList<>();
      for (int d = 0; d < devices.length; d++) {
        List<FakeDevice.Answer> answers = devices[d].answers();
        for (FakeDevice.Answer a : answers.subList(seen[d], answers.size())) {
          actual.add(new Reply(d, a.pasid(), a.groupIndex(), a.code(), a.address()));
        }
        seen[d] = answers.size();
        FaultStatistics statistics = devices[d].producer().statistics();
        assertThat(statistics.pendingPartials()).as("pending").isEqualTo(model.pending(d));
        if (model.attached(d)) {
          assertThat(statistics.openGroups()).as("open").isEqualTo(model.open(d));
        }
      }
      actual.sort(Comparator.comparing(Reply::toString));
      model.expected.sort(Comparator.comparing(Reply::toString));
      assertThat(actual).as("answers").isEqualTo(model.expected);
      model.expected.clear();
    }

    void finish() {
      ready(0);
      ready(1);
      model.remove(0);
      model.remove(1);
      queue.close();
      check();
      Invariants.check(queue, List.of(devices));
    }

    List<List<FakeDevice.Answer>> answers() {
      return List.of(devices[0].answers(), devices[1].answers());
    }
  }

  /// Runs a sequence.
  ///
  /// @return what went wrong, or null
  private static String failure(List<Op> ops, boolean batched) {
    Run run = new Run(batched);
    try {
      for (int i = 0; i < ops.size(); i++) {
        try {
          run.apply(ops.get(i));
        } catch (AssertionError | RuntimeException e) {
          return "step " + i + ", " + ops.get(i) + ": " + e;
        }
      }
      run.finish();
      return null;
    } catch (AssertionError | RuntimeException e) {
      return "at the end: " + e;
    }
  }

  private static void fail(String test, long seed, List<Op> ops, boolean batched) {
    List<Op> shortest = ops;
    for (int chunk = ops.size() / 2; chunk >= 1; chunk /= 2) {
      for (int from = 0; from < shortest.size(); ) {
        List<Op> fewer = new ArrayList<>(shortest);
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        if (failure(fewer, batched) != null) {
          shortest = fewer;
        } else {
          from += chunk;
        }
      }
    }
    StringBuilder text = new StringBuilder(test).append(": seed ").append(seed);
    text.append(" fails, after shrinking to ").append(shortest.size()).append(" steps:");
    shortest.forEach(op -> text.append("\n  ").append(op));
    text.append('\n').append(failure(shortest, batched));
    throw new AssertionError(text.toString());
  }

  // ---- tests

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void Q34_Q50_L63_anySequenceOfOperationsDoesWhatTheModelSays(boolean batched) {
    for (long seed = 0; seed < SEEDS; seed++) {
      List<Op> ops = generate(seed);
      String failure = failure(ops, batched);
      if (failure != null) {
        fail("batched=" + batched, seed, ops, batched);
      }
      assertThat(failure).isNull();
    }
  }

  @Test
  void Q35_aBatchIsTheSameAsItsRequestsOneByOne() {
    for (long seed = 1_000; seed < 1_060; seed++) {
      Run one = new Run(true);
      Run two = new Run(false);
      for (Op op : generate(seed)) {
        one.apply(op);
        two.apply(op);
      }
      one.finish();
      two.finish();
      for (int d = 0; d < QueueModel.DEVICES; d++) {
        assertThat(one.answers().get(d))
            .as("seed %d, device %d", seed, d)
            .containsExactlyInAnyOrderElementsOf(two.answers().get(d));
        for (FaultCounter counter : FaultCounter.values()) {
          assertThat(one.devices[d].count(counter))
              .as("seed %d, device %d, %s", seed, d, counter)
              .isEqualTo(two.devices[d].count(counter));
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameSequence() {
    assertThat(generate(5)).isEqualTo(generate(5)).isNotEqualTo(generate(6)).hasSize(STEPS);
  }
}
