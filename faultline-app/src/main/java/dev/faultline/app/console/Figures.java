package dev.faultline.app.console;

import java.util.Locale;

/// Numbers with units, as people read them: `1,234,567`, `12.3 µs`, `4.50 MB`.
public final class Figures {
  private static final String[] DECIMAL = {"", " k", " M", " G", " T"};
  private static final String[] BYTES = {" B", " kB", " MB", " GB", " TB"};
  private static final String[] TIMES = {" ns", " µs", " ms", " s"};
  private static final double THOUSAND = 1_000;

  private Figures() {}

  /// Returns a whole number with thousands separators.
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// Returns a large number in three digits with a decimal prefix: `1.23 M`.
  public static String brief(double number) {
    return scaled(number, DECIMAL);
  }

  /// Returns a large number in the same way.
  public static String brief(long number) {
    return brief((double) number);
  }

  /// Returns a number of things in a second: `1.23 M/s`.
  public static String rate(double perSecond) {
    return scaled(perSecond, DECIMAL) + "/s";
  }

  /// Returns a size in bytes with a decimal prefix.
  public static String bytes(double bytes) {
    return scaled(bytes, BYTES);
  }

  /// Returns a time span; above two minutes as `3:25`, above an hour as `1:02:03`.
  public static String duration(double ns) {
    double seconds = ns / 1e9;
    return seconds < 120 ? scaled(ns, TIMES) : clock(Math.round(seconds));
  }

  /// Returns a time span in the same way.
  public static String duration(long ns) {
    return duration((double) ns);
  }

  /// Returns seconds as `0:34` or `1:02:03`.
  public static String clock(long seconds) {
    if (seconds >= 3_600) {
      return String.format(
          Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }

  /// Returns a fraction as a percentage: `12.3 %`.
  public static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
  }

  private static String scaled(double number, String[] units) {
    double value = number;
    int unit = 0;
    while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
      value /= THOUSAND;
      unit++;
    }
    double size = Math.abs(value);
    boolean whole = size >= 99.95 || (unit == 0 && value == Math.rint(value));
    String format = whole ? "%.0f" : size >= 9.995 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value) + units[unit];
  }
}
