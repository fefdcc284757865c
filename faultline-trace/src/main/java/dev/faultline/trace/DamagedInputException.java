package dev.faultline.trace;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The stored bytes are cut off or corrupt; becomes a [TraceException] where the line is known.
final class DamagedInputException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Whether the data merely end too early, so that what came before is good.
  final boolean cutOff;

  /// Byte offset in the stored file near which the damage is.
  final long offset;

  DamagedInputException(boolean cutOff, long offset, String problem, @Nullable Throwable cause) {
    super(problem, cause);
    this.cutOff = cutOff;
    this.offset = offset;
  }
}
