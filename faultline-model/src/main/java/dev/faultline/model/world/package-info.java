/// Puts a platform together: IOMMUs with their drivers, fault queues in a chosen topology, devices
/// that are bound to address spaces; and runs it with real threads.
@NullMarked
package dev.faultline.model.world;

import org.jspecify.annotations.NullMarked;
