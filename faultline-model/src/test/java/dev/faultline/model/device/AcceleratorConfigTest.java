package dev.faultline.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AcceleratorConfigTest {
  @Test
  void refusalNamesTheValueAndItsRange() {
    assertThat(AcceleratorConfig.DEFAULT).isEqualTo(new AcceleratorConfig(1, 32, 512, 64, 4, 64));
    refused(0, 32, 512, 64, 4, 64, "group size is 0; expected 1 to 512");
    refused(513, 600, 512, 64, 4, 64, "group size is 513; expected 1 to 512");
    refused(8, 4, 512, 64, 4, 64, "group size is 8; expected 1 to the 4 credits");
    refused(1, 65_537, 512, 64, 4, 64, "credits is 65537; expected 1 to 65536");
    refused(1, 32, 513, 64, 4, 64, "group indices is 513; expected 1 to 512");
    refused(1, 32, 512, 48, 4, 64, "cache sets is 48; expected a power of two from 1 to 65536");
    refused(1, 32, 512, 1 << 17, 4, 64, "cache sets is 131072; expected 1 to 65536");
    refused(1, 32, 512, 64, 65, 64, "cache ways is 65; expected 1 to 64");
    refused(1, 32, 512, 64, 4, 4097, "window is 4097; expected 1 to 4096");
  }

  private static void refused(
      int groupSize, int credits, int indices, int sets, int ways, int window, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AcceleratorConfig(groupSize, credits, indices, sets, ways, window))
        .withMessage(message);
  }
}
