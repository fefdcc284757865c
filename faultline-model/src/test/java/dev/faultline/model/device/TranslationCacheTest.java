package dev.faultline.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranslationCacheTest {
  private static final int R = Access.READ;
  private static final int W = Access.WRITE;

  private static boolean fill(TranslationCache cache, long page, int rights) {
    return cache.fill(cache.stamp(), page, rights);
  }

  @Test
  void freeWayIsNotPageZero() {
    TranslationCache cache = new TranslationCache(1, 2);
    assertThat(cache.allows(0, R)).isFalse();
    assertThat(fill(cache, 5, R)).isTrue();
    assertThat(fill(cache, 0, R)).isTrue();
    cache.invalidate(5 * 4096, 4096);
    assertThat(cache.allows(0, R)).as("behind a free way").isTrue();
  }

  @Test
  void usedEntriesStayWhenOneIsReplaced() {
    TranslationCache cache = new TranslationCache(1, 4);
    for (long page = 0; page < 5; page++) {
      assertThat(fill(cache, page, R)).isTrue();
    }
    assertThat(cache.allows(4, R)).isTrue();
    assertThat(cache.allows(2, R)).isTrue();
    assertThat(fill(cache, 9, R)).isTrue();
    assertThat(cache.allows(2, R)).isTrue();
    assertThat(cache.allows(9, R)).isTrue();
  }

  @Test
  void rangesAreInvalidatedToTheirLastPage() {
    TranslationCache cache = new TranslationCache(64, 4);
    for (long page = 0; page < 100; page++) {
      assertThat(fill(cache, page, R)).isTrue();
    }
    cache.invalidate(10 * 4096, 3 * 4096);
    cache.invalidate(20 * 4096 + 4095, 2);
    cache.invalidate(30 * 4096, 0);
    for (long page = 0; page < 100; page++) {
      boolean gone = page >= 10 && page < 13 || page == 20 || page == 21;
      assertThat(cache.allows(page, R)).as("page %d", page).isEqualTo(!gone);
    }
    cache.invalidate(50 * 4096, Long.MAX_VALUE);
    assertThat(cache.allows(49, R)).isTrue();
    assertThat(cache.allows(99, R)).isFalse();
    cache.clear();
    assertThat(cache.allows(49, R)).isFalse();
  }

  @Test
  void refusesAFillThatAnInvalidationHasOvertaken() {
    TranslationCache cache = new TranslationCache(4, 2);
    long stamp = cache.stamp();
    cache.invalidate(0, 4096);
    assertThat(cache.fill(stamp, 0, R)).isFalse();
    assertThat(cache.allows(0, R)).isFalse();
  }

  @Test
  void lastPageOfAllIsInvalidated() {
    TranslationCache cache = new TranslationCache(1, 4);
    long last = -1L >>> 12;
    assertThat(fill(cache, last, R)).isTrue();
    assertThat(cache.allows(last, R)).isTrue();
    cache.invalidate(-4096, Long.MAX_VALUE);
    assertThat(cache.allows(last, R)).isFalse();
  }

  @Test
  void mostWaysWork() {
    TranslationCache cache = new TranslationCache(1, TranslationCache.MAX_WAYS);
    for (long page = 0; page < 200; page++) {
      assertThat(fill(cache, page, R)).isTrue();
      assertThat(cache.allows(page, R)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void neverAllowsMoreThanWasGranted(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TranslationCache cache = new TranslationCache(8, 3);
    Map<Long, Integer> granted = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      long page = random.nextInt(60);
      int access = 1 + random.nextInt(7);
      switch (random.nextInt(6)) {
        case 0 -> {
          long bytes = 4096L * (1 + random.nextInt(12));
          cache.invalidate(page << 12, bytes);
          granted.keySet().removeIf(k -> k >= page && k < page + bytes / 4096);
        }
        case 1, 2 -> {
          assertThat(fill(cache, page, access)).isTrue();
          granted.put(page, access);
          assertThat(cache.allows(page, access)).isTrue();
        }
        default -> {
          if (cache.allows(page, access)) {
            assertThat(granted).as("seed %d step %d", seed, i).containsKey(page);
            assertThat(access & ~granted.get(page)).isZero();
          }
        }
      }
    }
  }

  /// An invalidator moves pages to new generations; the device must never hit an old one after the
  /// invalidation has returned. Rights carry the generation's lowest bit: odd = write, even = read.
  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void noHitAfterAnInvalidationHasReturned() throws Exception {
    int pages = 8;
    TranslationCache cache = new TranslationCache(2, 2);
    AtomicLongArray table = new AtomicLongArray(pages);
    AtomicLongArray confirmed = new AtomicLongArray(pages);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<String> wrong = new AtomicReference<>();
    Thread invalidator =
        new Thread(() -> {
          SplittableRandom random = new SplittableRandom(1);
          while (!stop.get()) {
            int page = random.nextInt(pages);
            long next = table.get(page) + 1;
            table.set(page, next);
            cache.invalidate((long) page << 12, 4096);
            confirmed.set(page, next);
          }
        });
    invalidator.start();
    SplittableRandom random = new SplittableRandom(2);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1000);
    int hits = 0;
    while (System.nanoTime() - end < 0) {
      int page = random.nextInt(pages);
      long before = confirmed.get(page);
      boolean read = cache.allows(page, R);
      boolean write = !read && cache.allows(page, W);
      long now = table.get(page);
      if (read || write) {
        hits++;
        // Only one generation was possible in between: its bit must be what we have seen.
        if (before == now && write != ((now & 1) == 1)) {
          wrong.set("page " + page + " generation " + now + (write ? " write" : " read"));
        }
      } else {
        long stamp = cache.stamp();
        cache.fill(stamp, page, (table.get(page) & 1) == 1 ? W : R);
      }
    }
    stop.set(true);
    invalidator.join();
    assertThat(wrong.get()).isNull();
    assertThat(hits).isPositive();
  }
}
