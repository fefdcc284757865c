/// Intel VT-d: the page request queue, its driver, and the page group responses (Intel VT-d
/// specification rev 5.10, chapter 7).
///
/// ```
/// device threads ──enqueue──> PageRequestQueue ──poll──> PageRequestDriver ──> FaultProducer.report
///                             (ring, PQH PQT PRS)        (one at a time)              │
/// devices <──deliver── CommandQueue <──PageGroupResponseDescriptor── respond ─────────┘
/// ```
///
/// Start reading at [PageRequestDriver]; the bits are in [PageRequestDescriptor] and
/// [PageGroupResponseDescriptor].
@NullMarked
package dev.faultline.hardware.vtd;

import org.jspecify.annotations.NullMarked;
