package dev.faultline.model.mm;

/// What the work of resolving a page costs, in nanoseconds for one page. 0 = nothing.
///
/// @param zeroFillNs clearing a new page
/// @param copyNs copying a page on write
/// @param fileReadNs reading a page of a file
/// @param swapInNs reading a page back from swap
public record FaultCosts(long zeroFillNs, long copyNs, long fileReadNs, long swapInNs) {
  /// Everything is free.
  public static final FaultCosts FREE = new FaultCosts(0, 0, 0, 0);

  /// Checks that no cost is negative.
  public FaultCosts {
    if (zeroFillNs < 0 || copyNs < 0 || fileReadNs < 0 || swapInNs < 0) {
      throw new IllegalArgumentException(
          "costs must not be negative: zero fill %d, copy %d, file read %d, swap-in %d ns"
              .formatted(zeroFillNs, copyNs, fileReadNs, swapInNs));
    }
  }
}
