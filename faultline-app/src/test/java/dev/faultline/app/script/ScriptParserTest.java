package dev.faultline.app.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Pasid;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptParserTest {
  @Test
  void commentsAndEmptyLinesAreSkippedAndWordsKept() {
    ScriptParser.Script script =
        ScriptParser.parse(
            "f", List.of("# all", "", "  alloc \t q0 # open", "report d - 1 0x10 rw more req"));
    assertThat(script.mistakes()).isEmpty();
    assertThat(script.events())
        .extracting(Event.Numbered::words)
        .containsExactly("alloc q0", "report d - 1 0x10 rw more req");
    assertThat(script.events()).extracting(Event.Numbered::line).containsExactly(3, 4);
    Event.Report report = (Event.Report) script.events().get(1).event();
    assertThat(report.request().pasid()).isEqualTo(Pasid.NONE);
    assertThat(report.request().last()).isFalse();
  }

  @Test
  void everyMistakeIsToldAtOnce() {
    ScriptParser.Script script =
        ScriptParser.parse("f.script", List.of("open q", "alloc q", "add q", "pause now"));
    assertThat(script.mistakes()).hasSize(3);
    assertThat(script.mistakes().get(0)).startsWith("f.script:1: 'open': expected alloc, close");
    assertThat(script.mistakes().get(1)).startsWith("f.script:3: the line ends where");
    assertThat(script.mistakes().get(2)).startsWith("f.script:4: 'now' is one word too many");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "report d x 0 0 r last req|'x': expected a PASID (0 to 1048575) or - for none",
        "report d 0x1ffffffff 0 0 r last req|'0x1ffffffff': expected a PASID",
        "report d 1 -1 0 r last req|'-1': expected a group index",
        "report d 1 4294967296 0 r last req|'4294967296': expected a group index",
        "report d 1 1 0x10000000000000000 r last req|'0x10000000000000000': expected an address",
        "report d 1 1 0 q last req|'q': expected permissions: letters of rwxp, or - for none",
        "report d 1 1 0 r first req|'first': expected last or more",
        "report d 1 1 0 r last ack|'ack': expected req or unrecov",
        "report d 1 1 0 r last req 0x1ffffffffffffffffffffffffffffffff|expected private data",
        "report d 1 1 0 r last|the line ends where req or unrecov is expected",
        "flush d *|'*': expected a PASID (0 to 1048575), - for none, or all for all",
        "flush d 1048576|'1048576': expected a PASID",
        "map all 0 1 r|'all': expected a PASID (0 to 1048575), - for none, or * for all",
        "map * 5 5 r|the range is empty: 0x5 to 0x5; expected LO below HI",
        "map * 5 4 r|the range is empty",
        "fail 1 0 1 oops|'oops': expected invalid, failure or throw",
        "alloc a/b|'a/b': expected the name of a queue",
      })
  void aMistakeNamesTheWordAndWhatIsRight(String line, String message) {
    ScriptParser.Script script = ScriptParser.parse("f", List.of(line));
    assertThat(script.events()).isEmpty();
    assertThat(script.mistakes()).singleElement().asString().startsWith("f:1: ").contains(message);
  }
}
