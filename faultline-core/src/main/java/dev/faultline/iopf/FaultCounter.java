package dev.faultline.iopf;

/// Every number that the engine counts: one constant, one sentence. The same list feeds the
/// program's output and the documentation. The order is stable; new counters go to the end.
///
/// These balance for every producer (invariant of rule Q80, checked by
/// [FaultStatistics#imbalance()]):
///
/// ```
/// REQUESTS = GROUPED + all DROPPED_* + all REFUSED_* + pending partials
/// GROUPS   = ANSWERED_SUCCESS + ANSWERED_INVALID + ANSWERED_FAILURE + VOIDED_RESET + open groups
/// ```
public enum FaultCounter {
  /// Page requests reported while the device was attached.
  REQUESTS("page requests received"),
  /// Page requests that became part of a group that was handed to the workers.
  GROUPED("requests grouped"),
  /// Page request groups handed to the workers.
  GROUPS("page request groups"),
  /// Pages that address spaces were asked to make present, each once for a group.
  PAGES("pages demanded"),
  /// Pages that fault-around made present beside demanded ones.
  PAGES_AROUND("pages by fault-around"),
  /// Requests answered by work done for another request (same page, same or less permission).
  DUPLICATES("duplicate requests"),
  /// Groups answered SUCCESS.
  ANSWERED_SUCCESS("groups answered SUCCESS"),
  /// Groups answered INVALID.
  ANSWERED_INVALID("groups answered INVALID"),
  /// Groups answered FAILURE.
  ANSWERED_FAILURE("groups answered FAILURE"),
  /// Last requests answered SUCCESS at once without resolving, since there was no room: the device
  /// retries.
  REFUSED_BUSY("requests refused: queue full, answered SUCCESS"),
  /// Last requests answered INVALID after too many busy retries in a row for one page.
  REFUSED_BUSY_GIVEN_UP("requests refused: queue full too often, answered INVALID"),
  /// Last requests without a handler for their PASID, answered INVALID.
  REFUSED_NO_HANDLER("requests refused: no handler for the PASID"),
  /// Partials not stored because of a limit.
  REFUSED_LIMIT("partials refused: limit hit"),
  /// Last requests of damaged groups, answered INVALID.
  REFUSED_DAMAGED("last requests refused: group damaged"),
  /// Malformed requests: PASID, address or permission bits out of range.
  REFUSED_MALFORMED("requests refused: malformed"),
  /// Last requests answered INVALID since SUCCESS had not helped their fault too often (rule Q46).
  REFUSED_REPEATED("requests refused: fault repeated too often"),
  /// Requests that came while the device was being reset.
  REFUSED_RESET("requests refused: device in reset"),
  /// Partials dropped since the hardware queue overflowed (rule Q70).
  DROPPED_OVERFLOW("partials dropped: overflow"),
  /// Partials dropped by flush (rule Q60).
  DROPPED_FLUSH("partials dropped: flush"),
  /// Partials dropped by remove (rule Q20).
  DROPPED_REMOVE("partials dropped: remove"),
  /// Partials dropped by reset (rule Q33).
  DROPPED_RESET("partials dropped: reset"),
  /// Partials that were too old (rule Q36).
  DROPPED_TIMEOUT("partials dropped: too old"),
  /// Partials of groups that were damaged by a limit.
  DROPPED_DAMAGED("partials dropped: group damaged"),
  /// Partials of groups whose last request found no handler.
  DROPPED_NO_HANDLER("partials dropped: no handler"),
  /// Partials of groups whose fault was repeated too often.
  DROPPED_REPEATED("partials dropped: fault repeated too often"),
  /// Partials of groups whose last request found no room.
  DROPPED_BUSY("partials dropped: queue full"),
  /// Requests reported after remove or close.
  NOT_ATTACHED("requests reported while not attached"),
  /// Events that are no page requests.
  UNSUPPORTED("events that are no page requests"),
  /// PASID stop markers.
  STOP_MARKERS("PASID stop markers"),
  /// Group indices seen with two PASIDs at a time.
  MIXED_PASID("group indices with mixed PASIDs"),
  /// Answers that came after the group had been answered or voided.
  STALE_ANSWERS("stale answers"),
  /// Handlers that threw.
  HANDLER_ERRORS("handlers that threw"),
  /// Handlers that returned without answering or delivering their group.
  HANDLER_SILENT("handlers that did not answer"),
  /// Groups kept by their handler to be answered later.
  DELIVERED("groups delivered"),
  /// Groups answered INVALID unhandled, since their PASID had got another handler meanwhile.
  REBOUND("groups whose handler had changed"),
  /// Groups answered INVALID by remove or close.
  VOIDED_REMOVE("groups voided by remove"),
  /// Groups voided by reset: the device has forgotten them, nothing is sent.
  VOIDED_RESET("groups voided by reset"),
  /// Groups answered INVALID by flush with discard.
  VOIDED_DISCARD("groups voided by flush with discard"),
  /// Groups that were open for longer than the response deadline.
  STUCK("groups past the response deadline"),
  /// Groups answered INVALID by the response deadline.
  VOIDED_DEADLINE("groups voided by the deadline"),
  /// Faults that came again although the same fault had just been answered SUCCESS.
  REPEATED("faults repeated after SUCCESS"),
  /// Responses that the responder did not take at once.
  RESPONDER_BUSY("responses that had to wait"),
  /// Responders that threw; the response is retried.
  RESPONDER_ERRORS("responders that threw"),
  /// Responses to refused requests that were given up since too many waited for a responder that
  /// does not take any.
  RESPONSES_DROPPED("responses given up"),
  /// Listeners that threw.
  LISTENER_ERRORS("listeners that threw"),
  /// Log lines left out by the rate limit.
  LOG_SUPPRESSED("log lines suppressed");

  private static final FaultCounter[] ALL = values();
  static final int COUNT = ALL.length;

  private final String text;

  FaultCounter(String text) {
    this.text = text;
  }

  /// Returns a short description for people.
  public String text() {
    return text;
  }

  static FaultCounter of(int ordinal) {
    return ALL[ordinal];
  }
}
