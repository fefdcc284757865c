package dev.faultline.iopf;

/// What became of one reported request, and with it who answers (rule Q34).
///
/// | status | answer of a last request | answer of a partial |
/// |---|---|---|
/// | [#QUEUED] | the engine, exactly one, later | - |
/// | [#PARTIAL] | - | none |
/// | [#STOP_MARKER] | none | - |
/// | [#LIMIT], [#NO_HANDLER], [#BUSY], [#MALFORMED] | the engine has answered | none |
/// | [#NOT_ATTACHED] | **the caller answers** | none |
/// | [#RESET] | none: the device has forgotten the group | none |
/// | [#UNSUPPORTED] | none: it was no page request | none |
public enum ReportStatus {
  /// A partial was stored; it waits for its group's last request.
  PARTIAL(false),
  /// A group was made and handed to the workers.
  QUEUED(false),
  /// The event is not a page request; the listener was told.
  UNSUPPORTED(false),
  /// The device is not attached, or the queue is closed. For a last request the caller answers.
  NOT_ATTACHED(false),
  /// A PASID stop marker: it has no answer.
  STOP_MARKER(false),
  /// A bound was hit: the group is damaged and its last request is answered INVALID.
  LIMIT(true),
  /// No handler for the request's PASID: answered INVALID.
  NO_HANDLER(true),
  /// No room for another group: answered SUCCESS so that the device retries; INVALID after too many
  /// retries in a row.
  BUSY(true),
  /// The request breaks its format (PASID, address, permissions): answered INVALID.
  MALFORMED(true),
  /// The device is being reset: the request belongs to the generation that ends. Nobody answers.
  RESET(false);

  private static final ReportStatus[] BY_ORDINAL = values();

  private final boolean answersLast;

  ReportStatus(boolean answersLast) {
    this.answersLast = answersLast;
  }

  /// Returns whether the engine answers a last request with this status at once, inside `report`.
  public boolean answersLast() {
    return answersLast;
  }

  static ReportStatus of(int ordinal) {
    return BY_ORDINAL[ordinal];
  }
}
