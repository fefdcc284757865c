/// Modelled address spaces: areas, a four-level page table, frames, copy-on-write, reclaim.
///
/// ```
/// resolver -> SimulatedAddressSpace.makePresent -> PageFaults -> AreaMap (sorted, immutable)
///                                                      |    +-> FourLevelTable (entries by CAS)
///                                                      v
///      FrameMemory (shared by spaces) <- ResidentPages.evict -> TranslationInvalidator
/// ```
///
/// Faults of different pages do not wait for each other. A change of one page holds its table
/// entry; see [FourLevelTable] for the protocol and [PageEntry] for the bits. Rule numbers (A1 ..)
/// are those of the project's specification, chapter "Address spaces".
@NullMarked
package dev.faultline.model.mm;

import org.jspecify.annotations.NullMarked;
