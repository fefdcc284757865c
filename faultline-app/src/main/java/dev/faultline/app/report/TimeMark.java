package dev.faultline.app.report;

/// An event on the time axis: an overflow, a flush, a reset.
///
/// @param atNs nanoseconds from the run's beginning
/// @param text what happened
public record TimeMark(long atNs, String text) {}
