/// The command `script`: drives a fault queue event by event and prints what it does.
@NullMarked
package dev.faultline.app.script;

import org.jspecify.annotations.NullMarked;
