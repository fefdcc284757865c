package dev.faultline.app.bench;

/// What the algorithm of the Linux kernel costs for a fault as a C program: one device, nothing
/// else pending, reported one by one, groups handed to a pthread work queue or handled inline.
/// Measured on two virtual cores.
final class PublishedFigures {
  private PublishedFigures() {}

  /// Returns nanoseconds for a fault, or 0 if there is no figure for a case.
  static double nsPerFault(EngineResult result) {
    if (result.devices() != 1 || result.backlog() != 0) {
      return 0;
    }
    return switch (result.workers()) {
      case 0 -> bySize(result.groupSize(), 27, 21, 23);
      case 1 -> bySize(result.groupSize(), 319, 340, 103);
      default -> 0;
    };
  }

  private static double bySize(int groupSize, double one, double four, double thirtyTwo) {
    return switch (groupSize) {
      case 1 -> one;
      case 4 -> four;
      case 32 -> thirtyTwo;
      default -> 0;
    };
  }
}
