package dev.faultline.app.bench;

import java.util.List;
import java.util.Locale;

/// What one case of the engine's benchmark is.
///
/// @param groupSize requests in a group
/// @param reportBatch requests reported in one call
/// @param workers worker threads; 0 = the reporter runs its groups itself
/// @param devices number of devices
/// @param backlog unrelated partials that are pending meanwhile
record EngineSetup(int groupSize, int reportBatch, int workers, int devices, int backlog) {
  EngineSetup {
    require("group size", groupSize, 1, 1_024);
    require("batch", reportBatch, 1, 65_536);
    require("number of workers", workers, 0, 64);
    require("number of devices", devices, 1, 4_096);
    require("backlog", backlog, 0, 10_000_000);
  }

  private static void require(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d; expected %d to %d", what, value, min, max));
    }
  }

  /// Returns the set-up as arguments of the measuring process.
  List<String> toArguments() {
    return List.of(
        Integer.toString(groupSize),
        Integer.toString(reportBatch),
        Integer.toString(workers),
        Integer.toString(devices),
        Integer.toString(backlog));
  }

  static EngineSetup ofArguments(String[] arguments) {
    return new EngineSetup(
        Integer.parseInt(arguments[0]),
        Integer.parseInt(arguments[1]),
        Integer.parseInt(arguments[2]),
        Integer.parseInt(arguments[3]),
        Integer.parseInt(arguments[4]));
  }

  EngineCase open() {
    return new EngineCase(groupSize, reportBatch, workers, devices, backlog);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "groups of %d, batches of %d, %s, %d %s, %,d partials pending",
        groupSize,
        reportBatch,
        workers == 0 ? "inline" : workers == 1 ? "1 worker" : workers + " workers",
        devices,
        devices == 1 ? "device" : "devices",
        backlog);
  }
}
