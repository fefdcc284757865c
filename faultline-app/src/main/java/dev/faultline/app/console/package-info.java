/// What people see on a terminal: the live line, tables, numbers with units.
@NullMarked
package dev.faultline.app.console;

import org.jspecify.annotations.NullMarked;
