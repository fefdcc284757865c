package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Counting different pages in bounded memory.
class DistinctPagesTest {
  @Test
  void L114_thePagesOfASmallSetAreCountedExactly() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      DistinctPages pages = new DistinctPages();
      Set<Long> model = new HashSet<>();
      int n = random.nextInt(9_000);
      for (int i = 0; i < n; i++) {
        long page = random.nextInt(4_096) - 2_048L;
        pages.add(page);
        model.add(page);
      }
      assertThat(pages.count()).as("seed %d", seed).isEqualTo(model.size());
    }
  }

  @Test
  void L114_pageZeroIsAPage() {
    DistinctPages pages = new DistinctPages();
    assertThat(pages.count()).isZero();
    pages.add(0);
    pages.add(0);
    assertThat(pages.count()).isEqualTo(1);
    pages.add(-1);
    assertThat(pages.count()).isEqualTo(2);
  }

  @Test
  void Q80_exactlyUpTo4096() {
    DistinctPages pages = new DistinctPages();
    for (int i = 0; i < 4_096; i++) {
      pages.add(i * 37L);
      assertThat(pages.count()).isEqualTo(i + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 100_000, 1_000_000})
  void Q80_L104_aDeviceCannotMakeItGrowAndTheEstimateIsGood(int n) {
    DistinctPages pages = new DistinctPages();
    for (int round = 0; round < 2; round++) {
      for (long page = 0; page < n; page++) {
        pages.add(page);
      }
    }
    assertThat((double) pages.count()).isCloseTo(n, within(n * 0.08));
  }
}
