package dev.faultline.model.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.iopf.Pasid;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PasidTableTest {
  private final PasidTable<String> table = new PasidTable<>();

  @Test
  void holdsEveryPasidAndTheOneThatIsNone() {
    for (int pasid = Pasid.NONE; pasid <= Pasid.MAX; pasid += 997) {
      table.put(pasid, "p" + pasid);
    }
    for (int pasid = Pasid.NONE; pasid <= Pasid.MAX; pasid++) {
      assertThat(table.get(pasid)).isEqualTo((pasid + 1) % 997 == 0 ? "p" + pasid : null);
    }
  }

  @Test
  void L34_noPasidIsNotPasidZero() {
    table.put(Pasid.NONE, "none");
    assertThat(table.get(0)).isNull();
    table.put(0, "zero");
    table.put(Pasid.NONE, null);
    assertThat(table.get(Pasid.NONE)).isNull();
    assertThat(table.get(0)).isEqualTo("zero");
  }

  @Test
  void anyNumberMayBeAskedForButOnlyPasidsSet() {
    assertThat(table.get(Pasid.MAX + 1)).isNull();
    assertThat(table.get(Pasid.ALL)).isNull();
    assertThat(table.get(Integer.MIN_VALUE)).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.put(Pasid.MAX + 1, "x"))
        .withMessageContaining("1048576");
  }

  @Test
  void visitsEveryPasidThatHasAValue() {
    List<Integer> seen = new ArrayList<>();
    table.put(Pasid.NONE, "a");
    table.put(0, "b");
    table.put(1023, "c");
    table.put(1024, "d");
    table.put(Pasid.MAX, "e");
    table.put(1023, null);
    table.forEachPasid(seen::add);
    assertThat(seen).containsExactly(Pasid.NONE, 0, 1024, Pasid.MAX);
  }
}
