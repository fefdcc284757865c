package dev.faultline.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which cases are measured.
final class EngineCases {
  private static final List<Integer> GROUP_SIZES = List.of(1, 4, 32);
  private static final List<Integer> BATCHES = List.of(1, 16);
  private static final List<Integer> WORKERS = List.of(0, 1, 2);
  private static final List<Integer> DEVICES = List.of(1, 64);
  private static final List<Integer> BACKLOGS = List.of(0, 10_000, 100_000);

  private EngineCases() {}

  /// The set that answers the usual questions in about a minute.
  static List<EngineSetup> usual() {
    Set<EngineSetup> cases = new LinkedHashSet<>();
    cases.addAll(grid(GROUP_SIZES, BATCHES, List.of(0, 1), List.of(1), List.of(0)));
    cases.addAll(grid(GROUP_SIZES, List.of(16), List.of(2), List.of(1), List.of(0)));
    cases.addAll(grid(List.of(1), List.of(16), List.of(0, 1), List.of(64), List.of(0)));
    cases.addAll(grid(List.of(4), List.of(16), List.of(0, 1), List.of(1), BACKLOGS));
    return List.copyOf(cases);
  }

  /// Every combination of the standard values.
  static List<EngineSetup> all() {
    return grid(GROUP_SIZES, BATCHES, WORKERS, DEVICES, BACKLOGS);
  }

  /// Every combination of the given values; an empty list stands for the usual ones.
  static List<EngineSetup> grid(
      List<Integer> groupSizes,
      List<Integer> batches,
      List<Integer> workers,
      List<Integer> devices,
      List<Integer> backlogs) {
    List<EngineSetup> cases = new ArrayList<>();
    for (int backlog : backlogs.isEmpty() ? List.of(0) : backlogs) {
      for (int device : devices.isEmpty() ? List.of(1) : devices) {
        for (int worker : workers.isEmpty() ? List.of(0, 1) : workers) {
          for (int batch : batches.isEmpty() ? BATCHES : batches) {
            for (int size : groupSizes.isEmpty() ? GROUP_SIZES : groupSizes) {
              cases.add(new EngineSetup(size, batch, worker, device, backlog));
            }
          }
        }
      }
    }
    return cases;
  }
}
