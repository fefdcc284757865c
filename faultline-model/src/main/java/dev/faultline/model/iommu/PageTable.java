package dev.faultline.model.iommu;

/// A page table as an IOMMU walks it: shared with the "CPU", which is what shared virtual
/// addressing means. Walks never block and may run beside changes.
@FunctionalInterface
public interface PageTable {
  /// Walks the table for one page.
  ///
  /// @param address a byte address
  /// @param access what the access needs, bits of `dev.faultline.iopf.Access`; a walk that grants
  ///   it sets the accessed bit, and the dirty bit for a write
  /// @return the access that the present entry allows (bits of `Access`), or 0 if nothing is
  ///   present
  int walk(long address, int access);
}
