/// The benchmarks that matter to a user of the engine.
@NullMarked
package dev.faultline.app.bench;

import org.jspecify.annotations.NullMarked;
