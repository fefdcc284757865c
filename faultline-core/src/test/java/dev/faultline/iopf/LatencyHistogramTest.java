package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Power-of-two histograms.
class LatencyHistogramTest {
  private static LatencyHistogram of(long... times) {
    StageTimes block = new StageTimes();
    for (long ns : times) {
      block.record(FaultStage.QUEUE.ordinal(), ns, 1);
    }
    StatisticsSum sum = new StatisticsSum();
    sum.add(block);
    return sum.toStatistics("x").stage(FaultStage.QUEUE);
  }

  @Test
  void Q80_bucketsArePowersOfTwo() {
    LatencyHistogram histogram = of(0, 1, 2, 3, 4, 7, 8, 1023, 1024);

    assertThat(histogram.count(0)).as("0").isEqualTo(1);
    assertThat(histogram.count(1)).as("1").isEqualTo(1);
    assertThat(histogram.count(2)).as("2..3").isEqualTo(2);
    assertThat(histogram.count(3)).as("4..7").isEqualTo(2);
    assertThat(histogram.count(4)).as("8..15").isEqualTo(1);
    assertThat(histogram.count(10)).as("512..1023").isEqualTo(1);
    assertThat(histogram.count(11)).as("1024..2047").isEqualTo(1);
    assertThat(histogram.count()).isEqualTo(9);
    assertThat(histogram.sumNs()).isEqualTo(2072);
    assertThat(histogram.maxNs()).isEqualTo(1024);
  }

  @Test
  void Q80_quantilesAreUpperBoundsAndNeverBeyondTheLargestTime() {
    LatencyHistogram histogram = of(10, 10, 10, 10, 10, 10, 10, 10, 10, 1_000);

    assertThat(histogram.quantileNs(0.5)).isEqualTo(15);
    assertThat(histogram.quantileNs(0.9)).isEqualTo(15);
    assertThat(histogram.quantileNs(0.91)).isEqualTo(1_000);
    assertThat(histogram.quantileNs(1)).isEqualTo(1_000);
    assertThat(histogram.quantileNs(0)).isEqualTo(15);
    assertThat(of(0, 0).quantileNs(1)).isZero();
    assertThat(of().quantileNs(0.5)).isZero();
  }

  @Test
  void Q80_timesBeyondTheLastBucketKeepTheirBound() {
    long days = 1L << 50;
    LatencyHistogram histogram = of(5, days);

    assertThat(histogram.count(histogram.buckets() - 1)).isEqualTo(1);
    assertThat(histogram.maxNs()).isEqualTo(days);
    assertThat(histogram.quantileNs(1)).isEqualTo(days);
  }

  @Test
  void Q80_sumsOfWorkersAddUp() {
    StageTimes one = new StageTimes();
    StageTimes two = new StageTimes();
    one.record(FaultStage.COUNT, 100, 3);
    two.record(FaultStage.COUNT, 900, 1);
    StatisticsSum first = new StatisticsSum();
    first.add(one);
    StatisticsSum both = new StatisticsSum();
    both.add(two);
    both.add(first);

    LatencyHistogram total = both.toStatistics("x").total();
    assertThat(total.count()).isEqualTo(4);
    assertThat(total.sumNs()).isEqualTo(1_200);
    assertThat(total.maxNs()).isEqualTo(900);
  }
}
