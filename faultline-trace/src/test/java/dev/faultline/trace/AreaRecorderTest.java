package dev.faultline.trace;

import static dev.faultline.trace.AccessBatch.EXECUTE;
import static dev.faultline.trace.AccessBatch.READ;
import static dev.faultline.trace.AccessBatch.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AreaRecorderTest {
  private final AreaRecorder recorder = new AreaRecorder();

  @Test
  void neighbouringPagesAreOneAreaWithTheUnionOfRights() {
    recorder.record(0x5000, 8, READ);
    recorder.record(0x4000, 8, WRITE);

    assertThat(recorder.areas(0))
        .extracting(Area::toString)
        .containsExactly("00004000-00006000 rw-p 00000000");
  }

  @Test
  void gapsUpToTheGivenPagesAreFilled() {
    recorder.record(0x1000, 1, READ);
    recorder.record(0x4000, 1, READ);

    assertThat(recorder.areas(1)).hasSize(2);
    assertThat(recorder.areas(2))
        .extracting(Area::toString)
        .containsExactly("00001000-00005000 r--p 00000000");
  }

  @Test
  void codeIsNotMergedWithDataUnlessAPageIsBoth() {
    recorder.record(0x1000, 1, READ | EXECUTE);
    recorder.record(0x2000, 1, READ);
    recorder.record(0x3000, 1, WRITE);

    assertThat(recorder.areas(0))
        .extracting(Area::toString)
        .containsExactly("00001000-00003000 r-xp 00000000", "00003000-00004000 rw-p 00000000");

    recorder.record(0x3000, 1, READ | EXECUTE);
    assertThat(recorder.areas(0))
        .extracting(Area::toString)
        .containsExactly("00001000-00004000 rwxp 00000000");
  }

  @Test
  void anAccessAcrossPagesTouchesEachOfThem() {
    assertThat(recorder.record(0x1ffe, 4, WRITE)).isEqualTo(2);
    assertThat(recorder.record(0x0fff, 0x3002, READ)).isEqualTo(3);
    assertThat(recorder.record(0x1000, 1, READ)).isZero();
    assertThat(recorder.distinctPages()).isEqualTo(5);
  }

  @Test
  void theFirstAndTheLastPageOfTheAddressSpaceAreOrdinary() {
    recorder.record(0, 1, READ);
    recorder.record(-1, 1, READ);

    assertThat(recorder.distinctPages()).isEqualTo(2);
    assertThat(recorder.areas(0)).extracting(Area::start).containsExactly(0L, 0xfffffffffffff000L);
  }

  @Test
  void otherPageSizesArePossible() {
    AreaRecorder large = new AreaRecorder(21);
    large.record(0x1fffff, 2, READ);

    assertThat(large.areas(0))
        .extracting(Area::toString)
        .containsExactly("00000000-00400000 r--p 00000000");
    assertThatThrownBy(() -> new AreaRecorder(3)).hasMessageContaining("page shift is 3");
  }

  @Test
  void distinctPagesAreExactAndFrugal() {
    Random random = new Random(5);
    Map<Long, Integer> expected = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      long page = random.nextInt(100_000) * (1L << random.nextInt(20));
      int kinds = 1 + random.nextInt(7);
      boolean added = recorder.recordPage(page, kinds);
      Integer before = expected.merge(page, kinds, (a, b) -> a | b);
      assertThat(added).isEqualTo(before == kinds && added);
    }

    assertThat(recorder.distinctPages()).isEqualTo(expected.size());
    assertThat(recorder.memoryBytes()).isLessThanOrEqualTo(24L * expected.size() + 1000);
    recorder
        .areas(0)
        .forEach(area -> {
          for (long page = area.start() >>> 12; page < area.endExclusive() >>> 12; page++) {
            assertThat(expected).containsKey(page);
          }
        });
    assertThat(recorder.areas(0).stream().mapToLong(Area::bytes).sum())
        .isEqualTo(expected.size() * 4096L);
  }

  @Test
  void aSnapshotGetsTheRightsAndTheAreasThatWereUsed() throws Exception {
    List<Area> snapshot =
        MapsFile.read(
            new ByteArrayInputStream(
                Traces.utf8(
                    """
                    1000-3000 r--p 0 08:02 1 /lib/relro
                    5000-6000 r-xp 0 08:02 1 /lib/code
                    8000-9000 ---p 0 00:00 0
                    """)),
            "maps");
    recorder.record(0x2000, 8, WRITE);
    recorder.record(0x5000, 8, READ | EXECUTE);
    recorder.record(0x6ff8, 16, READ);
    recorder.record(0x4000, 8, WRITE);

    assertThat(recorder.complete(snapshot))
        .extracting(Area::toString)
        .containsExactly(
            "00001000-00003000 rw-p 00000000 /lib/relro",
            "00004000-00005000 rw-p 00000000",
            "00005000-00006000 r-xp 00000000 /lib/code",
            "00006000-00008000 r--p 00000000",
            "00008000-00009000 ---p 00000000");
    assertThat(recorder.complete(snapshot)).contains(snapshot.get(1), snapshot.get(2));
  }

  @Test
  void nothingRecordedIsNoArea() {
    assertThat(recorder.areas(10)).isEmpty();
    assertThat(recorder.distinctPages()).isZero();
  }
}
