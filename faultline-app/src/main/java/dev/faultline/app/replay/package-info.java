/// The main job: real programs' memory traces as devices that share those programs' address spaces.
@NullMarked
package dev.faultline.app.replay;

import org.jspecify.annotations.NullMarked;
