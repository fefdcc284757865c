package dev.faultline.iopf;

/// Process address space ids as primitive `int`s: constants and checks.
///
/// A PASID has 20 bits (PCI Express base specification, chapter 6.20). [#NONE] is a request without
/// a PASID and is not PASID 0; [#ALL] is a scope of control operations, never of a request.
public final class Pasid {
  /// Number of bits of a PASID.
  public static final int BITS = 20;

  /// Largest PASID.
  public static final int MAX = (1 << BITS) - 1;

  /// A request that carries no PASID. Its scope is separate from PASID 0 (rule Q66).
  public static final int NONE = -1;

  /// Every PASID and the requests without one; for flush only.
  public static final int ALL = -2;

  private Pasid() {}

  /// Returns whether a request may carry `pasid`: [#NONE], or 0 to [#MAX].
  public static boolean isValid(int pasid) {
    return pasid >= NONE && pasid <= MAX;
  }

  /// Returns whether `scope` covers requests with `pasid`.
  static boolean covers(int scope, int pasid) {
    return scope == ALL || scope == pasid;
  }

  /// Returns the number, `-` for [#NONE], `all` for [#ALL].
  public static String toText(int pasid) {
    return switch (pasid) {
      case NONE -> "-";
      case ALL -> "all";
      default -> Integer.toString(pasid);
    };
  }

  /// Returns `scope` if it is a valid scope of a control operation.
  static int requireScope(int scope) {
    if (scope < ALL || scope > MAX) {
      throw new IllegalArgumentException(
          "PASID scope " + scope + " is not Pasid.ALL, Pasid.NONE or 0.." + MAX);
    }
    return scope;
  }
}
