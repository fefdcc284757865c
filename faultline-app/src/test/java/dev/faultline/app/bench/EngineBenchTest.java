package dev.faultline.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.app.console.Screen;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineBenchTest {
  @Test
  void theStandardGridHasEveryCombination() {
    assertThat(EngineCases.all()).hasSize(108).doesNotHaveDuplicates();
    assertThat(EngineCases.usual()).hasSizeLessThan(25).doesNotHaveDuplicates();
    assertThat(EngineCases.grid(List.of(2), List.of(), List.of(3), List.of(), List.of()))
        .containsExactly(new EngineSetup(2, 1, 3, 1, 0), new EngineSetup(2, 16, 3, 1, 0));
  }

  @Test
  void wrongValuesAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EngineSetup(0, 1, 0, 1, 0))
        .withMessage("group size is 0; expected 1 to 1024");
  }

  @Test
  void aSetupSurvivesItsArguments() {
    EngineSetup setup = new EngineSetup(4, 16, 1, 64, 10_000);
    assertThat(EngineSetup.ofArguments(setup.toArguments().toArray(String[]::new)))
        .isEqualTo(setup);
  }

  @Test
  void everyGroupOfAMeasurementIsAnswered() {
    EngineResult result = new EngineMeasurement(new EngineSetup(4, 16, 0, 2, 10), 3, 1_000).run();
    assertThat(result.answered()).isEqualTo(result.groups()).isPositive();
    assertThat(result.nsPerFaultMin()).isPositive().isLessThanOrEqualTo(result.nsPerFault());
    assertThat(EngineResult.ofJson(result.toJson())).isEqualTo(result);
    assertThat(result.toJson())
        .startsWith(
            "{\"groupSize\":4,\"reportBatch\":16,\"workers\":0,\"devices\":2,\"backlog\":10,");
    assertThat(EngineTable.render(List.of(result), Screen.plain(160))).contains("inline");
  }
}
