/// The I/O page fault queue: everything between "the driver has decoded a page request" and "the
/// page request group has its one answer".
///
/// ```
/// device -> ring -> driver -> FaultProducer.report
///                                 |  partials wait in PartialTable until their group's last request
///                                 v
///                             FaultLane (one flat ring per device)      FaultRoutes (by PASID)
///                                 |                                         |
///                                 v                                         v
///                             worker takes a group by value -> FaultHandler / ResolvingHandler
///                                 |                                         |
///                                 v                                         v
///                             FaultGroup.respond -> PageResponder    PageResolver (address space)
/// ```
///
/// A group has one owner at a time, decided by the state machine in [GroupState]; whoever moves it
/// to its final state sends the one answer. Start reading at [FaultProducer] (report, flush,
/// remove) and [FaultQueue] (topology, workers, close). Rule numbers (Q1 ..) are those of the
/// project's specification, chapter "The I/O page fault queue".
@NullMarked
package dev.faultline.iopf;

import org.jspecify.annotations.NullMarked;
