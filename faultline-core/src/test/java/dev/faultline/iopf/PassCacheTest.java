package dev.faultline.iopf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The pages that were resolved in a worker's pass.
class PassCacheTest {
  @Test
  void Q44_aPageIsKnownToItsOwnerForTheSameOrLessPermissionUntilThePassEnds() {
    PassCache cache = new PassCache();
    Object owner = new Object();
    cache.add(owner, 5, Access.READ | Access.WRITE);

    assertThat(cache.contains(owner, 5, Access.READ | Access.WRITE)).isTrue();
    assertThat(cache.contains(owner, 5, Access.NONE)).isTrue();
    assertThat(cache.contains(owner, 5, Access.EXECUTE)).isFalse();
    assertThat(cache.contains(owner, 6, Access.READ)).isFalse();
    assertThat(cache.contains(new Object(), 5, Access.READ)).isFalse();
    cache.nextPass();
    assertThat(cache.contains(owner, 5, Access.READ)).isFalse();
  }

  @Test
  void L96_itGrowsWithThePassAndIsBounded() {
    PassCache cache = new PassCache();
    Object owner = new Object();
    for (long page = 0; page < 200_000; page++) {
      cache.add(owner, page, Access.READ);
    }
    int known = 0;
    for (long page = 0; page < 200_000; page++) {
      known += cache.contains(owner, page, Access.READ) ? 1 : 0;
    }

    assertThat(known).isBetween(10_000, 1 << 16);
    assertThat(cache.contains(owner, 200_001, Access.READ)).isFalse();
  }
}
