package dev.faultline.app.console;

import java.util.Locale;

/// Writes one sample as one line that fits the screen: what matters least is left out first.
final class ProgressLine {
  private static final int MIN_BAR = 8;
  private static final int MAX_BAR = 32;
  private static final String SEPARATOR = "  ";

  private final String title;

  ProgressLine(String title) {
    this.title = title;
  }

  /// Returns the line without an end of line.
  ///
  /// @param faultsPerSecond present rate
  /// @param leftSeconds time left, or negative if not known
  String render(ProgressSample sample, double faultsPerSecond, long leftSeconds, Screen screen) {
    double fraction = sample.fraction();
    String percent =
        fraction < 0
            ? Figures.brief(sample.done())
            : String.format(Locale.ROOT, "%3.0f %%", Math.floor(fraction * 100));
    String rate = Figures.brief(faultsPerSecond) + " faults/s";
    String depth = "queue " + Figures.count(sample.queueDepth());
    String p99 = sample.p99Ns() == 0 ? "" : "p99 " + Figures.duration(sample.p99Ns());
    String left = leftSeconds < 0 ? "" : "left " + Figures.clock(leftSeconds);
    // From what is given up last to what is given up first.
    String[] parts = {percent, rate, left, p99, depth};
    int[] shown = {0, 1, 4, 3, 2};
    int room = screen.width() - 1 - title.length();
    boolean[] keep = new boolean[parts.length];
    for (int i = 0; i < parts.length; i++) {
      int needed = SEPARATOR.length() + parts[i].length();
      keep[i] = !parts[i].isEmpty() && needed <= room;
      room -= keep[i] ? needed : 0;
    }
    StringBuilder line = new StringBuilder(title);
    int bar = Math.min(MAX_BAR, room - SEPARATOR.length());
    if (fraction >= 0 && bar >= MIN_BAR) {
      line.append(SEPARATOR).append(bar(fraction, bar, screen));
    }
    for (int part : shown) {
      if (keep[part]) {
        line.append(SEPARATOR).append(parts[part]);
      }
    }
    return line.toString();
  }

  private static String bar(double fraction, int width, Screen screen) {
    int full = (int) (fraction * width);
    String done = (screen.unicode() ? "━" : "#").repeat(full);
    String open = (screen.unicode() ? "─" : ".").repeat(width - full);
    return screen.color() ? "\033[36m" + done + "\033[90m" + open + "\033[0m" : done + open;
  }
}
