/// The program `faultline`: its command line and what all commands share.
@NullMarked
package dev.faultline.app;

import org.jspecify.annotations.NullMarked;
