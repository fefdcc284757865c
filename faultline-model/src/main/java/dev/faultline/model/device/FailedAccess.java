package dev.faultline.model.device;

import dev.faultline.iopf.Access;

/// An access that failed. An access over several pages fails for each bad page.
///
/// @param address byte address of its first byte in the page
/// @param access bits of `Access`
/// @param code the PCI Express response code that it failed for, or [#ABANDONED]
public record FailedAccess(long address, int access, int code) {
  /// The device was reset while the access waited.
  public static final int ABANDONED = -1;

  @Override
  public String toString() {
    return "0x%x %s code %d".formatted(address, Access.toText(access), code);
  }
}
