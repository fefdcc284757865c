package dev.faultline.app.summary;

/// How groups were answered.
///
/// @param success SUCCESS: the device retries its access
/// @param invalid INVALID: bad address
/// @param failure FAILURE: the device's page request interface is shut down
public record Responses(long success, long invalid, long failure) {
  /// Returns the number of answers.
  public long sum() {
    return success + invalid + failure;
  }
}
