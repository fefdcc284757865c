package dev.faultline.model.iommu;

/// Sizes of a modelled Intel VT-d unit.
///
/// @param pageRequestEntries records in the page request queue, a power of two from 2 to 16,384;
///   real hardware has 128 and more, Linux uses 2048
/// @param commandEntries descriptors in the invalidation queue, a power of two from 2 to 65,536
/// @param drainOnInsert whether the thread that answers also runs the command processor; if not,
///   somebody must call `commandQueue().drain()`
public record VtdIommuConfig(int pageRequestEntries, int commandEntries, boolean drainOnInsert) {
  /// Records in the page request queue by default: as Linux has it.
  public static final int DEFAULT_PAGE_REQUEST_ENTRIES = 2048;

  /// Descriptors in the command queue by default.
  public static final int DEFAULT_COMMAND_ENTRIES = 256;

  /// Returns the default sizes; the thread that answers runs the command processor.
  public static VtdIommuConfig defaults() {
    return new VtdIommuConfig(DEFAULT_PAGE_REQUEST_ENTRIES, DEFAULT_COMMAND_ENTRIES, true);
  }

  /// Returns these sizes with another page request queue.
  public VtdIommuConfig withPageRequestEntries(int entries) {
    return new VtdIommuConfig(entries, commandEntries, drainOnInsert);
  }

  /// Returns these sizes with another command queue.
  public VtdIommuConfig withCommandEntries(int entries) {
    return new VtdIommuConfig(pageRequestEntries, entries, drainOnInsert);
  }

  /// Returns these sizes with or without draining by the inserting thread.
  public VtdIommuConfig withDrainOnInsert(boolean drains) {
    return new VtdIommuConfig(pageRequestEntries, commandEntries, drains);
  }
}
