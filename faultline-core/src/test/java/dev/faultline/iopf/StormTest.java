package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reporters, controllers and an answerer at once, a bounded number of operations each; the
/// invariants are checked while they run (I3, I4) and afterwards (I1, I2, books).
@Timeout(120)
class StormTest extends EngineTest {
  private static final int ROUNDS = 4_000;
  private static final int CONTROLS = 400;
  private static final int PASID_COUNT = 3;
  private static final long FLUSH_NS = 20_000_000;

  /// One device of the storm with its one reporter.
  private final class Player {
    final FakeDevice device;

    /// Number of the newest request whose report has returned.
    final AtomicLong reported = new AtomicLong();

    /// By PASID: requests up to this number were covered by a flush that has returned.
    final AtomicLongArray flushed = new AtomicLongArray(PASID_COUNT);

    long next = 1;

    Player(FakeDevice device) {
      this.device = device;
    }

    void report(Random random) {
      Requests requests = device.batch();
      for (int n = random.nextInt(4); n >= 0; n--) {
        int pasid = random.nextInt(PASID_COUNT);
        int index = random.nextInt(6);
        boolean last = random.nextInt(3) == 0;
        requests.add(
            1, pasid, index, page(random.nextInt(1_000)), Access.READ, last, next++, pasid, 0);
      }
      long newest = next - 1;
      requests.report();
      reported.set(newest);
    }

    void flush(int pasid, boolean discard) {
      long covered = reported.get();
      FaultProducer producer = device.producer();
      if (discard) {
        producer.flushDiscarding(pasid);
      } else if (!producer.flush(pasid, FLUSH_NS)) {
        return;
      }
      if (producer == device.producer()) {
        flushed.accumulateAndGet(pasid, covered, Math::max);
      }
    }
  }

  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private final Queue<DeliveredGroup> kept = new ConcurrentLinkedQueue<>();

  private FaultHandler handler(Player player, int pasid, long seed) {
    AtomicLong calls = new AtomicLong(seed);
    return group -> {
      long oldest = Long.MAX_VALUE;
      for (int i = 0; i < group.size(); i++) {
        oldest = Math.min(oldest, group.privateData0(i));
        if (group.privateData1(i) != pasid) {
          violations.add("I3: request of PASID " + group.privateData1(i) + " in " + pasid);
        }
      }
      if (player.flushed.get(pasid) >= oldest) {
        violations.add("I4: request " + oldest + " begins after it was flushed");
      }
      switch ((int) (calls.incrementAndGet() % 7)) {
        case 0 -> kept.add(group.deliver());
        case 1 -> throw new IllegalStateException("as told");
        case 2 -> {}
        case 3 -> {
          Thread.yield();
          group.respond(ResponseCode.INVALID);
        }
        default -> group.respond(ResponseCode.SUCCESS);
      }
      if (player.flushed.get(pasid) >= oldest && group.producer().isAttached()) {
        violations.add("I4: request " + oldest + " still runs after it was flushed");
      }
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void Q62_L44_L52_L61_everythingAtOnceKeepsTheInvariants(WorkerKind kind) {
    long seed = 20_260_101;
    FaultQueue queue =
        open(
            kind,
            config ->
                config
                    .maxPartialsPerDevice(24)
                    .maxRequestsPerGroup(8)
                    .maxOpenGroupsPerDevice(64)
                    .maxBusyRetries(Integer.MAX_VALUE)
                    .maxRepeats(0)
                    .logLinesPerSecond(0));
    List<Player> players = List.of(new Player(device(queue)), new Player(device(queue)));
    for (Player player : players) {
      for (int pasid = 0; pasid < PASID_COUNT; pasid++) {
        player.device.handle(pasid, handler(player, pasid, seed));
      }
    }
    AtomicBoolean stop = new AtomicBoolean();
    Task answerer =
        Task.start(() -> {
          while (!stop.get() || !kept.isEmpty()) {
            DeliveredGroup group = kept.poll();
            if (group == null) {
              Thread.yield();
            } else {
              group.respond(ResponseCode.SUCCESS);
            }
          }
        });
    List<Task> tasks = new ArrayList<>();
    for (Player player : players) {
      Random random = new Random(seed + tasks.size());
      tasks.add(
          Task.start(() -> {
            for (int i = 0; i < ROUNDS; i++) {
              player.report(random);
            }
          }));
    }
    Random control = new Random(seed - 1);
    for (int i = 0; i < CONTROLS; i++) {
      Player player = players.get(control.nextInt(2));
      int pasid = control.nextInt(PASID_COUNT);
      switch (control.nextInt(8)) {
        case 0, 1, 2 -> player.flush(pasid, false);
        case 3 -> player.flush(pasid, true);
        case 4 -> player.device.producer().reset();
        case 5 -> {
          player.device.producer().remove();
          attach(queue, player.device);
        }
        case 6 -> queue.discardPartials();
        default -> player.device.busy(control.nextInt(20));
      }
      if (i % 16 == 0) {
        assertThat(queue.producers()).hasSize(2);
      }
    }
    tasks.forEach(Task::await);
    players.forEach(player -> player.device.busy(0));
    for (Player player : players) {
      player.device.producer().flush(Pasid.ALL);
    }
    stop.set(true);
    answerer.await();

    assertThat(violations).as("seed %d", seed).isEmpty();
    assertThat(queue.statistics().imbalance()).as("seed %d", seed).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STEPPED")
  void L44_L53_threeReportersOfOneDeviceLoseNothing(WorkerKind kind) {
    FaultQueue queue =
        open(kind, config -> config.maxOpenGroupsPerDevice(20_000).groupCapacity(20_000));
    FakeDevice device = device(queue).handle(P, handler());
    List<Task> tasks = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      int first = t * 10_000;
      tasks.add(
          Task.start(() -> {
            for (int i = 0; i < 1_500; i++) {
              device
                  .batch()
                  .part(P, first + i, page(i))
                  .part(P, first + i, page(i + 1))
                  .last(P, first + i, page(i + 2))
                  .report();
            }
          }));
    }
    tasks.forEach(Task::await);
    device.producer().flush(P);

    assertThat(device.answerCount()).isEqualTo(4_500);
    assertThat(device.count(FaultCounter.GROUPED)).isEqualTo(13_500);
  }
}
