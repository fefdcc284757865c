package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A device that does everything wrong costs bounded memory and harms nobody but itself.
class HostileDeviceTest extends EngineTest {
  private static final int ROUNDS = 20_000;

  private FaultQueue bounded(WorkerKind kind) {
    return open(
        kind,
        config ->
            config
                .maxPartialsPerDevice(64)
                .maxRequestsPerGroup(8)
                .maxOpenGroupsPerDevice(16)
                .logLinesPerSecond(0));
  }

  private void neighbourIsServed(FaultQueue queue, FakeDevice neighbour) {
    int before = neighbour.answerCount();
    neighbour.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();
    pump(queue);
    awaitAnswers(neighbour, before + 1);
    assertThat(neighbour.answers().getLast().code()).isEqualTo(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L104_itNeverSendsALastRequest(WorkerKind kind) {
    FaultQueue queue = bounded(kind);
    FakeDevice hostile = device(queue).handle(P, handler());
    FakeDevice neighbour = device(queue).handle(P, handler());
    for (int i = 0; i < ROUNDS; i++) {
      hostile.part(P, i, page(i));
      if (i % 5_000 == 0) {
        neighbourIsServed(queue, neighbour);
      }
    }

    assertThat(hostile.answers()).isEmpty();
    assertThat(hostile.producer().statistics().pendingPartials()).isEqualTo(64);
    neighbourIsServed(queue, neighbour);
    assertThat(neighbour.codes()).containsOnly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void L104_L105_itFloodsOneIndex(WorkerKind kind) {
    FaultQueue queue = bounded(kind);
    FakeDevice hostile = device(queue).handle(P, handler());
    FakeDevice neighbour = device(queue).handle(P, handler());
    for (int i = 0; i < ROUNDS; i++) {
      hostile.part(P, 1, page(i));
    }

    assertThat(hostile.producer().statistics().pendingPartials()).isZero();
    assertThat(hostile.count(FaultCounter.DROPPED_DAMAGED)).isEqualTo(7);
    assertThat(hostile.count(FaultCounter.REFUSED_LIMIT)).isEqualTo(ROUNDS - 7);
    neighbourIsServed(queue, neighbour);
  }

  @ParameterizedTest
  @EnumSource
  void L12_L104_itMixesPasidsAndReusesIndices(WorkerKind kind) {
    FaultQueue queue = bounded(kind);
    FakeDevice hostile = device(queue);
    for (int pasid = 0; pasid < 8; pasid++) {
      int mine = pasid;
      hostile.handle(
          pasid,
          group -> {
            assertThat(group.pasid()).isEqualTo(mine);
            for (int i = 0; i < group.size(); i++) {
              assertThat(group.address(i) >>> 40).as("page of another PASID").isEqualTo(mine);
            }
            group.respond(SUCCESS);
          });
    }
    FakeDevice neighbour = device(queue).handle(P, handler());
    Random random = new Random(5);
    for (int i = 0; i < ROUNDS; i++) {
      int pasid = random.nextInt(8);
      long address = (long) pasid << 40 | (long) i << 12;
      if (random.nextInt(3) == 0) {
        hostile.last(pasid, random.nextInt(4), address);
      } else {
        hostile.part(pasid, random.nextInt(4), address);
      }
    }
    settle(queue);

    assertThat(hostile.count(FaultCounter.HANDLER_ERRORS)).isZero();
    assertThat(hostile.count(FaultCounter.MIXED_PASID)).isPositive();
    neighbourIsServed(queue, neighbour);
  }

  @ParameterizedTest
  @EnumSource
  void L20_L109_L115_itSendsGarbage(WorkerKind kind) {
    FaultQueue queue = bounded(kind);
    FakeDevice hostile = device(queue).handle(P, handler()).handle(Pasid.NONE, handler());
    FakeDevice neighbour = device(queue).handle(P, handler());
    Random random = new Random(6);
    for (int i = 0; i < ROUNDS; i++) {
      Requests requests = hostile.batch();
      for (int n = random.nextInt(4); n >= 0; n--) {
        if (random.nextInt(10) == 0) {
          requests.unrecoverable(random.nextInt(), random.nextLong());
        } else {
          requests.add(
              random.nextInt(),
              random.nextBoolean() ? random.nextInt() : P,
              random.nextInt(8),
              random.nextBoolean() ? random.nextLong() : page(i),
              random.nextBoolean() ? random.nextInt() : random.nextInt(16),
              random.nextBoolean(),
              random.nextLong(),
              random.nextLong(),
              random.nextLong());
        }
      }
      requests.report();
    }
    settle(queue);

    assertThat(hostile.count(FaultCounter.REFUSED_MALFORMED)).isPositive();
    assertThat(hostile.producer().statistics().imbalance()).isEmpty();
    neighbourIsServed(queue, neighbour);
  }

  @ParameterizedTest
  @EnumSource
  void L104_L119_itFaultsAtTheLimitOfItsOpenGroups(WorkerKind kind) {
    FaultQueue queue = bounded(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice hostile = device(queue).handle(P, handler);
    FakeDevice neighbour = device(queue).handle(P, handler());
    for (int i = 0; i < ROUNDS; i++) {
      hostile.last(P, i, page(i & 1023));
    }

    assertThat(hostile.producer().statistics().openGroups()).isEqualTo(16);
    assertThat(hostile.producer().statistics().refused()).isEqualTo(ROUNDS - 16);
    neighbourIsServed(queue, neighbour);
  }
}
