package dev.faultline.app.report;

import java.util.ArrayList;
import java.util.List;

/// Maps values to coordinates, linear or by the logarithm, and finds round ticks.
final class Axis {
  private static final int TICKS = 5;

  private final boolean logarithmic;
  private final double low;
  private final double high;
  private final double from;
  private final double to;

  private Axis(boolean logarithmic, double low, double high, double from, double to) {
    this.logarithmic = logarithmic;
    this.low = low;
    this.high = high;
    this.from = from;
    this.to = to;
  }

  /// A linear axis from 0 to at least `max`.
  static Axis linear(double max, double from, double to) {
    double step = step(max);
    double top = step * Math.max(1, Math.ceil(max / step - 1e-9));
    return new Axis(false, 0, top, from, to);
  }

  /// A linear axis whose end is `max` exactly.
  static Axis exact(double max, double from, double to) {
    return new Axis(false, 0, max <= 0 ? 1 : max, from, to);
  }

  /// A logarithmic axis over whole decades.
  static Axis decades(double min, double max, double from, double to) {
    double low = Math.pow(10, Math.floor(Math.log10(Math.max(1, min))));
    double high = Math.pow(10, Math.ceil(Math.log10(Math.max(low * 10, max))));
    return new Axis(true, low, high, from, to);
  }

  double at(double value) {
    double part =
        logarithmic
            ? Math.log(Math.max(low, value) / low) / Math.log(high / low)
            : (value - low) / (high - low);
    return from + Math.clamp(part, 0, 1) * (to - from);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      int decades = (int) Math.round(Math.log10(high / low));
      int every = decades > 7 ? 2 : 1;
      for (int i = 0; i <= decades; i += every) {
        ticks.add(low * Math.pow(10, i));
      }
      return ticks;
    }
    double step = step(high);
    for (int i = 0; i * step <= high * (1 + 1e-9); i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /// Returns the label of a tick: `1.00 µs` is `1 µs` there.
  static String label(String figure) {
    int point = figure.indexOf('.');
    if (point < 0) {
      return figure;
    }
    int end = point + 1;
    while (end < figure.length() && Character.isDigit(figure.charAt(end))) {
      end++;
    }
    int keep = end;
    while (figure.charAt(keep - 1) == '0') {
      keep--;
    }
    return figure.substring(0, keep == point + 1 ? point : keep) + figure.substring(end);
  }

  private static double step(double max) {
    double rough = (max <= 0 ? 1 : max) / (TICKS - 1);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }
}
