package dev.faultline.iopf;

import static dev.faultline.iopf.ResponseCode.INVALID;
import static dev.faultline.iopf.ResponseCode.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.RecordingHandler.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How partials and a last request become a group.
class GroupOrderTest extends EngineTest {
  @ParameterizedTest
  @EnumSource
  void Q30_L1_aGroupComesOutInArrivalOrderWithTheLastRequestAtTheEnd(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    device
        .batch()
        .part(P, 1, page(4))
        .part(P, 2, page(20))
        .part(P, 1, page(3))
        .part(P, 1, page(2))
        .part(P, 2, page(10))
        .last(P, 1, page(1))
        .last(P, 2, page(30))
        .reportOneByOne();

    settle(queue);
    assertThat(handler.seen())
        .containsExactlyInAnyOrder(
            new Seen(P, 1, List.of(page(4), page(3), page(2), page(1))),
            new Seen(P, 2, List.of(page(20), page(10), page(30))));
  }

  @ParameterizedTest
  @EnumSource
  void L1_randomlyInterleavedGroupsKeepTheirOrder(WorkerKind kind) {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      FaultQueue queue = open(kind);
      RecordingHandler handler = handler();
      FakeDevice device = device(queue).handle(P, handler);
      Map<Integer, List<Long>> expected = new HashMap<>();
      int[] left = new int[16];
      int open = left.length;
      for (int g = 0; g < left.length; g++) {
        left[g] = 1 + random.nextInt(12);
      }
      int n = 0;
      Requests requests = device.batch();
      while (open > 0) {
        int g = random.nextInt(left.length);
        if (left[g] == 0) {
          continue;
        }
        long address = page(n++);
        expected.computeIfAbsent(g, key -> new ArrayList<>()).add(address);
        if (--left[g] == 0) {
          requests.last(P, g, address);
          open--;
        } else {
          requests.part(P, g, address);
        }
        if (random.nextInt(5) == 0) {
          requests.report();
          requests = device.batch();
        }
      }
      requests.report();
      settle(queue);
      Map<Integer, List<Long>> seen = new HashMap<>();
      handler.seen().forEach(group -> seen.put(group.groupIndex(), group.addresses()));
      assertThat(seen).as("seed %d", seed).isEqualTo(expected);
      queue.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void L2_twoDevicesMayUseOneGroupIndex(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler first = handler();
    RecordingHandler second = handler();
    FakeDevice one = device(queue).handle(P, first);
    FakeDevice two = device(queue).handle(P, second);

    one.part(P, 5, page(1));
    two.part(P, 5, page(2));
    one.producer().remove();
    two.last(P, 5, page(3));

    settle(queue);
    assertThat(second.onlyAddresses()).containsExactly(page(2), page(3));
    assertThat(first.calls()).isZero();
    assertThat(one.answers()).isEmpty();
    assertThat(two.codes(5)).containsExactly(SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q31_L12_onePasidsPartialsNeverJoinTheGroupOfAnother(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler first = handler();
    RecordingHandler second = handler();
    FakeDevice device = device(queue).handle(P, first).handle(OTHER, second);

    device.part(P, 1, page(1));
    device.last(OTHER, 1, page(2));

    settle(queue);
    assertThat(second.onlyAddresses()).containsExactly(page(2));
    assertThat(first.calls()).isZero();
    assertThat(device.producer().statistics().pendingPartials()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void L12_aLastRequestWithAnotherPasidThanItsPartialsCountsAsMixed(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler()).handle(OTHER, handler());

    device.part(P, 1, page(1));
    device.last(OTHER, 1, page(2));

    settle(queue);
    assertThat(device.count(FaultCounter.MIXED_PASID)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void L12_partialsOfOneIndexWithTwoPasidsCountAsMixed(WorkerKind kind) {
    FaultQueue queue = open(kind);
    FakeDevice device = device(queue).handle(P, handler()).handle(OTHER, handler());

    device.batch().part(P, 1, page(1)).part(OTHER, 1, page(2)).report();
    assertThat(device.count(FaultCounter.MIXED_PASID)).isEqualTo(1);
    device.batch().last(P, 1, page(3)).last(OTHER, 1, page(4)).report();
    device.batch().part(OTHER, 1, page(5)).last(OTHER, 1, page(6)).report();

    settle(queue);
    assertThat(device.count(FaultCounter.MIXED_PASID)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void Q31_Q66_noPasidAndPasidZeroAreTwoKeys(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler none = handler();
    RecordingHandler zero = handler();
    FakeDevice device = device(queue).handle(Pasid.NONE, none).handle(0, zero);

    device
        .batch()
        .part(Pasid.NONE, 1, page(1))
        .part(0, 1, page(2))
        .last(Pasid.NONE, 1, page(3))
        .last(0, 1, page(4))
        .report();

    settle(queue);
    assertThat(none.seen()).containsExactly(new Seen(Pasid.NONE, 1, List.of(page(1), page(3))));
    assertThat(zero.seen()).containsExactly(new Seen(0, 1, List.of(page(2), page(4))));
  }

  @ParameterizedTest
  @EnumSource
  void Q33_L11_aSecondLastRequestOfAKeyIsItsOwnGroupWithItsOwnAnswer(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = track(RecordingHandler.delivering());
    FakeDevice device = device(queue).handle(P, handler);
    device.last(P, 7, page(1));
    device.last(P, 7, page(2));
    pump(queue);
    Await.until("both are kept", () -> handler.delivered().size() == 2);
    DeliveredGroup first = keptAt(handler, page(1));
    DeliveredGroup second = keptAt(handler, page(2));

    second.respond(INVALID);
    first.respond(SUCCESS);

    assertThat(device.answers())
        .extracting(FakeDevice.Answer::address, FakeDevice.Answer::code)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(page(2), INVALID),
            org.assertj.core.groups.Tuple.tuple(page(1), SUCCESS));
  }

  private static DeliveredGroup keptAt(RecordingHandler handler, long address) {
    return handler.delivered().stream()
        .filter(kept -> kept.address(0) == address)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void L26_aRetryIsANewGroupWithoutStateOfTheFirst(WorkerKind kind) {
    FaultQueue queue = open(kind);
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);

    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();
    settle(queue);
    device.last(P, 1, page(2));
    settle(queue);

    assertThat(handler.seen())
        .containsExactly(
            new Seen(P, 1, List.of(page(1), page(2))), new Seen(P, 1, List.of(page(2))));
    assertThat(device.codes(1)).containsExactly(SUCCESS, SUCCESS);
  }

  @ParameterizedTest
  @EnumSource
  void Q32_L16_unrelatedPendingPartialsDoNotTouchAGroup(WorkerKind kind) {
    FaultQueue queue = open(kind, config -> config.maxPartialsPerDevice(100_001));
    RecordingHandler handler = handler();
    FakeDevice device = device(queue).handle(P, handler);
    PageRequestBuffer many = new PageRequestBuffer(50_000);
    for (int round = 0; round < 2; round++) {
      many.clear();
      for (int i = 0; i < 50_000; i++) {
        many.add(1, OTHER, round * 50_000 + i, page(i), Access.READ, false, 0, 0, 0);
      }
      device.producer().report(many);
    }

    device.batch().part(P, 1, page(1)).last(P, 1, page(2)).report();

    settle(queue);
    assertThat(handler.onlyAddresses()).containsExactly(page(1), page(2));
    assertThat(device.producer().statistics().pendingPartials()).isEqualTo(100_000);
  }
}
