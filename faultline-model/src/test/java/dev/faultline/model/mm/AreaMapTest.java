package dev.faultline.model.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.iopf.Access;
import java.util.List;
import org.junit.jupiter.api.Test;

class AreaMapTest {
  private static final int RW = Access.READ | Access.WRITE;
  private static final AreaMap TWO =
      AreaMap.EMPTY.withAll(
          List.of(Area.anonymous(0x5000, 0x9000, RW), Area.anonymous(0x1000, 0x3000, RW)));

  @Test
  void findsTheAreaThatHoldsAnAddress() {
    assertThat(TWO.find(0xfff)).isNull();
    assertThat(TWO.find(0x1000)).isEqualTo(Area.anonymous(0x1000, 0x3000, RW));
    assertThat(TWO.find(0x2fff)).isEqualTo(Area.anonymous(0x1000, 0x3000, RW));
    assertThat(TWO.find(0x3000)).isNull();
    assertThat(TWO.find(0x8fff)).isEqualTo(Area.anonymous(0x5000, 0x9000, RW));
    assertThat(TWO.find(0x9000)).isNull();
    assertThat(AreaMap.EMPTY.find(0)).isNull();
  }

  @Test
  void refusesOverlapsAndNamesBoth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TWO.withAll(List.of(Area.anonymous(0x2000, 0x4000, RW))))
        .withMessageContaining("0x1000-0x3000")
        .withMessageContaining("0x2000-0x4000");
  }

  @Test
  void splitsAnAreaInTheMiddle() {
    AreaMap map = TWO.replace(0x6000, 0x7000, part -> null);
    assertThat(map.asList())
        .containsExactly(
            Area.anonymous(0x1000, 0x3000, RW),
            Area.anonymous(0x5000, 0x6000, RW),
            Area.anonymous(0x7000, 0x9000, RW));
  }

  @Test
  void keepsPlacesInTheFileWhenSplitting() {
    AreaMap map =
        AreaMap.EMPTY
            .withAll(List.of(Areas.file(0x10000, 0x14000, RW, false, "f", 0x2000, 0x100000)))
            .replace(0x11000, 0x12000, part -> part.withRights(Access.READ));
    assertThat(map.asList())
        .extracting(Area::fileOffset)
        .containsExactly(0x2000L, 0x3000L, 0x4000L);
  }

  @Test
  void joinsNeighboursThatAreMappedAlike() {
    AreaMap map =
        TWO.replace(0x6000, 0x7000, part -> part.withRights(Access.READ))
            .replace(0x6000, 0x7000, part -> part.withRights(RW));
    assertThat(map.asList()).isEqualTo(TWO.asList());
  }

  @Test
  void doesNotJoinPagesThatDoNotFollowInTheFile() {
    AreaMap map =
        AreaMap.EMPTY.withAll(
            List.of(
                Areas.file(0x1000, 0x2000, RW, false, "f", 0, 0x9000),
                Areas.file(0x2000, 0x3000, RW, false, "f", 0x5000, 0x9000)));
    assertThat(map.asList()).hasSize(2);
  }

  @Test
  void findsTheFirstHole() {
    assertThat(TWO.firstHole(0x1000, 0x3000)).isEqualTo(-1);
    assertThat(TWO.firstHole(0x1000, 0x5000)).isEqualTo(0x3000);
  }

  @Test
  void refusesAreasThatAreNotWholePagesBelowTheLimit() {
    assertThatIllegalArgumentException().isThrownBy(() -> Area.anonymous(0x1001, 0x2000, RW));
    assertThatIllegalArgumentException().isThrownBy(() -> Area.anonymous(0x2000, 0x2000, RW));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Area.anonymous(0x1000, Area.ADDRESS_END + 0x1000, RW));
  }
}
