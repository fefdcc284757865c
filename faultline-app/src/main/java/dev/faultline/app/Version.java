package dev.faultline.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/// The version as `--version` prints it.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    @Nullable String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "faultline " + (version == null ? "(development build)" : version),
      "Java " + Runtime.version() + " on " + System.getProperty("os.arch")
    };
  }
}
