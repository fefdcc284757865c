package dev.faultline.trace;

/// A line that a lenient reader could not read.
///
/// @param line line number, from 1
/// @param text the line as far as it is printable, shortened
/// @param problem what is wrong with it
public record BrokenLine(long line, String text, String problem) {}
