/// What the page request hardware of all vendors has in common: record formats as data, kinds of
/// records, tables by requester id, interrupts, and how a driver thread idles.
///
/// One package per vendor lies below; start reading at
/// [dev.faultline.hardware.vtd.PageRequestDriver].
@NullMarked
package dev.faultline.hardware;

import org.jspecify.annotations.NullMarked;
