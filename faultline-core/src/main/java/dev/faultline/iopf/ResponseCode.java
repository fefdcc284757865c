package dev.faultline.iopf;

/// What the device is told about a page request group (PCI Express base specification, chapter
/// 10.4.2 "Page Request Group Response"). Wire values differ between IOMMUs; drivers convert.
public enum ResponseCode {
  /// The pages are there: retry the access.
  SUCCESS,
  /// At least one address is bad: do not retry. Every internal error is this (rule Q52).
  INVALID,
  /// The device's page request interface is to be shut down. Sent only when a handler asks for it.
  FAILURE;

  private static final ResponseCode[] BY_ORDINAL = values();

  static final int COUNT = BY_ORDINAL.length;

  static ResponseCode of(int ordinal) {
    return BY_ORDINAL[ordinal];
  }
}
