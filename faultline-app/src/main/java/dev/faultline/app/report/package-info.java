/// The report of a run: one HTML file with charts that needs nothing else.
@NullMarked
package dev.faultline.app.report;

import org.jspecify.annotations.NullMarked;
