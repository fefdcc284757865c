/// Models of devices that share an address space: translation cache, page requests, retries.
///
/// Start reading at [dev.faultline.model.device.Accelerator].
@NullMarked
package dev.faultline.model.device;

import org.jspecify.annotations.NullMarked;
