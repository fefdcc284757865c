package dev.faultline.iopf;

/// Makes pages present: the engine's view of an address space.
///
/// Called by several threads at a time, without any lock of the engine. A page that another thread
/// removes right after it was made present is no error: the device faults again.
public interface PageResolver {
  /// Makes a run of adjacent pages present with at least the asked permissions.
  ///
  /// @param address byte address of the first page (any byte of it)
  /// @param pages number of adjacent pages, 1 or more
  /// @param access bits of [Access] that every page of the run needs; none asks for presence
  /// @return how many leading pages are now present: `pages` if all are; the page after them is bad
  int makePresent(long address, int pages, int access);

  /// Fault-around: makes the neighbours of a page that [#makePresent] has just resolved present
  /// too, clipped to the page's own mapping. Never an error (lesson L99).
  ///
  /// @param address byte address of the demanded page
  /// @param access what the demanded page was asked for
  /// @param windowPages size in pages (a power of two) of the aligned window around it
  /// @return how many pages became present, without the demanded one
  default int populateAround(long address, int access, int windowPages) {
    return 0;
  }
}
