package dev.faultline.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
  private final RecordFormat format =
      new RecordFormat(
          "test",
          4,
          List.of(
              RecordField.number("n", 0, 8),
              RecordField.flag("f", 8),
              RecordField.page("p", 12, 16)));

  @Test
  void writesTextWithFlagsOnlyWhenSet() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
    assertThat(format.toText(bytes, 0)).isEqualTo("n=0 p=0x0");
    format.set(bytes, 0, format.field("n"), 255);
    format.set(bytes, 0, format.field("f"), 1);
    format.set(bytes, 0, format.field("p"), 0x12_3000);
    assertThat(format.toText(bytes, 0)).isEqualTo("n=255 f p=0x123000");
  }

  @Test
  void reportsReservedBitsThatAreSet() {
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {-1, -1, -1, -1});
    assertThat(format.reservedBitsSet(bytes, 0).toString())
        .isEqualTo("{9, 10, 11, 28, 29, 30, 31}");
  }

  @Test
  void namesTheFieldsThatThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> format.field("x"))
        .withMessage("test has no field 'x'; it has [n, f, p]");
  }

  @Test
  void refusesOverlaps() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new RecordFormat(
                "t", 1, List.of(RecordField.flag("a", 1), RecordField.number("b", 0, 2))))
        .withMessageContaining("t.b");
  }
}
