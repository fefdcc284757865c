/// The summary of a run: its figures, their JSON, the closing table, and the check that they add
/// up.
@NullMarked
package dev.faultline.app.summary;

import org.jspecify.annotations.NullMarked;
