package dev.faultline.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapsFileTest {
  private static final String GOOD = "00400000-00452000 r-xp 00000000 08:02 173521   /bin/true\n";

  @Test
  void everyFieldOfALineIsRead() throws Exception {
    assertThat(read("00400000-00452000 r-xs 00001000 08:02 173521      /usr/bin/dbus daemon\n"))
        .containsExactly(
            new Area(
                0x400000,
                0x452000,
                true,
                false,
                true,
                true,
                0x1000,
                "/usr/bin/dbus daemon",
                true,
                false));
  }

  @Test
  void aWholeFileIsReadInEveryForm() throws Exception {
    List<Area> areas = read(Traces.resource("program.maps"));

    assertThat(areas).hasSize(15);
    assertThat(areas).filteredOn(Area::fileBacked).hasSize(4);
    assertThat(areas).filteredOn(Area::shared).hasSize(3);
    assertThat(areas).filteredOn(Area::growsDown).extracting(Area::path).containsExactly("[stack]");
    assertThat(area(areas, "[vsyscall]"))
        .returns(false, Area::read)
        .returns(true, Area::execute)
        .returns(0xffffffffff600000L, Area::start);
    assertThat(areas)
        .extracting(Area::path)
        .contains("/opt/my program/bin/tool", "[anon:arena one]", "/memfd:buffer (deleted)", "");
    assertThat(areas).filteredOn(a -> !a.read() && !a.write() && !a.execute()).hasSize(1);
  }

  @Test
  void blankLinesWindowsLineEndsAndPackingAreTaken() throws Exception {
    byte[] text = Traces.utf8("\n" + GOOD.replace("\n", "\r\n") + "\r\n  \n");

    assertThat(read(text)).hasSize(1);
    assertThat(read(Traces.gzip(text))).extracting(Area::path).containsExactly("/bin/true");
    assertThat(read(Traces.zstd(text))).hasSize(1);
  }

  @Test
  void aLineBreakInAPathIsDecoded() throws Exception {
    assertThat(read("00400000-00452000 r-xp 00000000 08:02 17 /tmp/a\\012b\n").getFirst().path())
        .isEqualTo("/tmp/a\nb");
  }

  @Test
  void neighboursMayTouch() throws Exception {
    assertThat(read("1000-2000 rw-p 0 00:00 0\n2000-3000 r--p 0 00:00 0 \n")).hasSize(2);
  }

  @Test
  void theNamelessStackOfAProgramUnderValgrindGrowsDown() throws Exception {
    String stack = "1ffeffd000-1fff001000 rw-p 00000000 00:00 0 \n";
    String valgrind =
        "58000000-58001000 r--p 00000000 fe:00 341618 /usr/libexec/valgrind/lackey-amd64-linux\n";

    assertThat(read(valgrind + stack).getLast().growsDown()).isTrue();
    assertThat(read(stack).getLast().growsDown()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "hello|start address is \"hello\"",
        "00400000 00452000 r-xp 0 08:02 1|start address is \"00400000\", not 1 to 16 hexadecimal",
        "11112222333344445-2 r-xp 0 08:02 1|start address is \"11112222333344445-2\"",
        "00500000-005zz000 r-xp 0 08:02 1|end address is \"005zz000\"",
        "00500000-00500000 r-xp 0 08:02 1|area 00500000-00500000 is empty or ends before",
        "00600000-00500000 r-xp 0 08:02 1|area 00600000-00500000 is empty or ends before",
        "00500000-00500800 r-xp 0 08:02 1|is not in whole pages of 4096",
        "00500000-00501000|end address is \"00501000\"",
        "00500000-00501000 rwx 0 08:02 1|permissions are \"rwx\", not four of r w x and s or p",
        "00500000-00501000 xr-p 0 08:02 1|permissions are \"xr-p\"",
        "00500000-00501000 r-xp -1 08:02 1|offset is \"-1\"",
        "00500000-00501000 r-xp 0 0802 1|device is \"0802\", not MAJOR:MINOR",
        "00500000-00501000 r-xp 0 08:02|the line ends before the inode",
        "00500000-00501000 r-xp 0 08:02 x1|inode is \"x1\", not a decimal number",
        "00451000-00453000 r-xp 0 08:02 1|area 00451000-00453000 overlaps 00400000-00452000",
        "00100000-00101000 r-xp 0 08:02 1|area 00100000-00101000 stands behind 00400000-00452000",
      })
  void aWrongLineIsRefusedWithPlaceValueAndRemedy(String line, String problem) {
    assertThatThrownBy(() -> read(GOOD + line + "\n"))
        .isInstanceOf(TraceException.class)
        .hasMessageStartingWith("test.maps:2: ")
        .hasMessageContaining(problem)
        .satisfies(e -> assertThat(((TraceException) e).line()).isEqualTo(2));
  }

  @Test
  void aFileWithoutAreasIsRefused() {
    assertThatThrownBy(() -> read("\n\n")).hasMessage("test.maps: holds no area");
    assertThatThrownBy(() -> read("")).hasMessage("test.maps: is empty");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("x.maps");
    assertThatThrownBy(() -> MapsFile.read(missing)).hasMessage(missing + ": no such file");

    Files.writeString(missing, GOOD);
    assertThat(MapsFile.read(missing)).hasSize(1);
  }

  @Test
  void garbageIsRefusedAsATraceException() {
    Random random = new Random(3);
    byte[] good = Traces.resource("program.maps");
    for (int round = 0; round < 1000; round++) {
      byte[] bytes = good.clone();
      for (int edits = random.nextInt(5); edits >= 0; edits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(read(bytes)).isNotEmpty();
      } catch (TraceException e) {
        assertThat(e).hasMessageStartingWith("test.maps");
      }
    }
  }

  @Test
  void anAreaPrintsAsTheKernelDoes() throws Exception {
    assertThat(read(GOOD).getFirst()).hasToString("00400000-00452000 r-xp 00000000 /bin/true");
    assertThat(read(GOOD).getFirst().bytes()).isEqualTo(0x52000);
    assertThat(read(GOOD).getFirst().contains(0x451fff)).isTrue();
    assertThat(read(GOOD).getFirst().contains(0x452000)).isFalse();
  }

  private static Area area(List<Area> areas, String path) {
    return areas.stream().filter(a -> a.path().equals(path)).findFirst().orElseThrow();
  }

  private static List<Area> read(String text) throws TraceException {
    return read(Traces.utf8(text));
  }

  private static List<Area> read(byte[] stored) throws TraceException {
    return MapsFile.read(new ByteArrayInputStream(stored), "test.maps");
  }
}
