package dev.faultline.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequesterTableTest {
  @Test
  void findsWhatWasAddedAndNothingElse() {
    RequesterTable<String> table = new RequesterTable<>();
    for (int id = 0; id < 1000; id++) {
      table.add("d" + id, id * 8);
    }
    assertThat(table.size()).isEqualTo(1000);
    for (int id = 0; id < 8000; id++) {
      assertThat(table.get(id)).isEqualTo(id % 8 == 0 ? "d" + id / 8 : null);
    }
    assertThat(table.get(-1)).isNull();
  }

  @Test
  void addsAllIdsOrNone() {
    RequesterTable<String> table = new RequesterTable<>();
    table.add("first", 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.add("second", 4, 5))
        .withMessageContaining("0x5")
        .withMessageContaining("first");
    assertThat(table.get(4)).isNull();
    assertThat(table.size()).isOne();
  }

  @Test
  void refusesOneIdTwiceInOneCall() {
    RequesterTable<String> table = new RequesterTable<>();
    assertThatIllegalArgumentException().isThrownBy(() -> table.add("d", 4, 4));
  }

  @Test
  void agreesWithAMapUnderRandomChanges() {
    Random random = new Random(1);
    RequesterTable<Integer> table = new RequesterTable<>();
    java.util.Map<Integer, Integer> map = new java.util.HashMap<>();
    for (int i = 0; i < 5000; i++) {
      int id = random.nextInt(200) * (random.nextBoolean() ? 1 : 0x0100_0000);
      if (map.containsKey(id)) {
        map.remove(id);
        assertThat(table.remove(id)).isTrue();
      } else {
        map.put(id, i);
        table.add(i, id);
      }
      int probe = random.nextInt(200);
      assertThat(table.get(probe)).isEqualTo(map.get(probe));
      assertThat(table.size()).isEqualTo(map.size());
    }
  }

  @Test
  void L61_lookUpBesideRemovalSeesTheValueOrNothing() throws InterruptedException {
    RequesterTable<String> table = new RequesterTable<>();
    table.add("stays", 1);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong wrong = new AtomicLong();
    Thread reader =
        new Thread(() -> {
          while (!stop.get()) {
            String comes = table.get(2);
            if (!"stays".equals(table.get(1)) || (comes != null && !comes.equals("comes"))) {
              wrong.incrementAndGet();
            }
          }
        });
    reader.start();
    for (int i = 0; i < 20_000; i++) {
      table.add("comes", 2);
      assertThat(table.removeIf("comes"::equals)).isOne();
    }
    stop.set(true);
    reader.join();
    assertThat(wrong).hasValue(0);
  }
}
