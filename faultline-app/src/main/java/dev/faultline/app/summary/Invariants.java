package dev.faultline.app.summary;

import java.util.List;

/// What was checked while the run went and at its end.
///
/// @param checked number of checks
/// @param violations one sentence for each that did not hold
public record Invariants(long checked, List<String> violations) {
  /// Copies the list.
  public Invariants {
    violations = List.copyOf(violations);
  }
}
