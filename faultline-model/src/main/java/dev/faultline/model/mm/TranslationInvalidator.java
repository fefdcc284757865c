package dev.faultline.model.mm;

/// Whoever keeps translations of an address space: an IOMMU with its devices.
@FunctionalInterface
public interface TranslationInvalidator {
  /// Drops all translations of a range; returns when none of them is used any more.
  ///
  /// Called by the thread that changes the mapping or evicts the page, while the pages can not be
  /// resolved; so it must not wait for an answer to a page request, and must not change the address
  /// space.
  ///
  /// @param address first byte, page aligned
  /// @param bytes length, a multiple of the page size
  void invalidate(long address, long bytes);
}
