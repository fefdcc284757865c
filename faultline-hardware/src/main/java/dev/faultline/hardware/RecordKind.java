package dev.faultline.hardware;

/// What the bytes of one queue record mean. Every byte pattern is one of these: decoding never
/// throws (rule H2).
public enum RecordKind {
  /// A page request; if it is its group's last one, somebody answers it.
  REQUEST,
  /// A PASID stop marker (PASID present, last, neither read nor write). It is never answered.
  STOP_MARKER,
  /// Not a page request at all. It is never answered.
  NON_FAULT,
  /// A page request that breaks its format; answered INVALID if it is a last one.
  MALFORMED
}
