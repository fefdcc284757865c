package dev.faultline.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TimeBucketsTest {
  @Test
  void amountsFallIntoTheirBuckets() {
    TimeBuckets buckets = new TimeBuckets(4, 100, 10);
    buckets.add(100, 1);
    buckets.add(109, 2);
    buckets.add(110, 4);
    buckets.add(50, 8);
    TimeSeries series = buckets.toSeries("n", "", TimeBuckets.Value.SUM);
    assertThat(series.widthNs()).isEqualTo(10);
    assertThat(series.values()).containsExactly(11.0, 4.0);
  }

  @Test
  void theWidthDoublesAndNothingIsLost() {
    TimeBuckets buckets = new TimeBuckets(4, 0, 10);
    for (int t = 0; t < 1_000; t++) {
      buckets.add(t, 1);
    }
    assertThat(buckets.widthNs()).isEqualTo(320);
    assertThat(buckets.toSeries("n", "", TimeBuckets.Value.SUM).values())
        .containsExactly(320.0, 320.0, 320.0, 40.0);
    assertThat(buckets.toSeries("n", "", TimeBuckets.Value.RATE).values())
        .as("the last bucket has only begun")
        .containsExactly(1e9, 1e9, 1e9);
  }

  @Test
  void aJumpOverManyBucketsKeepsWhatWasBefore() {
    TimeBuckets buckets = new TimeBuckets(8, 0, 1);
    buckets.note(0, -5);
    buckets.note(1, -3);
    buckets.note(1_000_000, 7);
    TimeSeries max = buckets.toSeries("n", "", TimeBuckets.Value.MAX);
    assertThat(max.values()).hasSize(8).startsWith(-3.0).endsWith(7.0);
    assertThat(max.values().subList(1, 7)).containsOnly(-3.0);
    assertThat(buckets.toSeries("n", "", TimeBuckets.Value.MEAN).values()).startsWith(-4.0);
  }

  @Test
  void theFarthestTimeFits() {
    TimeBuckets buckets = new TimeBuckets(2, 0, 1);
    buckets.add(Long.MAX_VALUE, 1);
    buckets.add(0, 1);
    assertThat(buckets.toSeries("n", "", TimeBuckets.Value.SUM).values()).containsExactly(1.0, 1.0);
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TimeBuckets(3, 0, 1))
        .withMessageContaining("3 buckets");
    assertThatIllegalArgumentException().isThrownBy(() -> new TimeBuckets(4, 0, 0));
  }

  @Test
  void groupSizesAreExactUpToEightAndPowersAbove() {
    GroupSizes sizes = new GroupSizes();
    for (int size : new int[] {1, 1, 8, 9, 16, 17, 32, 33}) {
      sizes.add(size);
    }
    GroupSizes more = new GroupSizes();
    more.add(1_024);
    sizes.add(more);
    assertThat(sizes.bins()).hasSize(15);
    assertThat(sizes.bins().getFirst()).isEqualTo(new GroupSizes.Bin(1, 1, 2));
    assertThat(sizes.bins().get(7)).isEqualTo(new GroupSizes.Bin(8, 8, 1));
    assertThat(sizes.bins().get(8)).isEqualTo(new GroupSizes.Bin(9, 16, 2));
    assertThat(sizes.bins().get(9)).isEqualTo(new GroupSizes.Bin(17, 32, 2));
    assertThat(sizes.bins().getLast()).isEqualTo(new GroupSizes.Bin(513, 1_024, 1));
  }
}
