package dev.faultline.app.console;

import java.util.ArrayList;
import java.util.List;

/// A table in plain text: the first column to the left, figures to the right. On a screen that is
/// too narrow every row becomes a block of `heading value` lines instead.
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();
  private int leftColumns = 1;

  /// Starts a table.
  public TextTable(String... headings) {
    this.headings = List.of(headings);
  }

  /// Sets how many columns from the left hold text and not figures; default 1.
  public TextTable leftColumns(int columns) {
    leftColumns = columns;
    return this;
  }

  /// Adds a row.
  ///
  /// @throws IllegalArgumentException if it has another number of cells than there are headings
  public TextTable row(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells in a table of " + headings.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /// Returns whether there is no row.
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /// Returns the table as lines, each ended by a newline.
  public String render(Screen screen) {
    int[] widths = new int[headings.size()];
    widen(widths, headings);
    rows.forEach(row -> widen(widths, row));
    int total = (widths.length - 1) * GAP.length();
    for (int width : widths) {
      total += width;
    }
    StringBuilder text = new StringBuilder();
    if (total > screen.width() && widths.length > 2) {
      appendBlocks(text);
      return text.toString();
    }
    if (headings.stream().anyMatch(heading -> !heading.isEmpty())) {
      appendRow(text, headings, widths, screen);
      text.append((screen.unicode() ? "─" : "-").repeat(Math.min(total, screen.width())));
      text.append('\n');
    }
    rows.forEach(row -> appendRow(text, row, widths, screen));
    return text.toString();
  }

  private static void widen(int[] widths, List<String> row) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], length(row.get(i)));
    }
  }

  private void appendRow(StringBuilder text, List<String> row, int[] widths, Screen screen) {
    int start = text.length();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      String padding = " ".repeat(widths[i] - length(cell));
      text.append(i == 0 ? "" : GAP);
      text.append(i < leftColumns ? cell + padding : padding + cell);
    }
    while (text.length() > start && text.charAt(text.length() - 1) == ' ') {
      text.setLength(text.length() - 1);
    }
    if (text.length() - start > screen.width() && widths.length > 1) {
      // Two columns only: the second one is text that may wrap where the terminal likes.
      text.setLength(start);
      text.append(row.get(0)).append('\n').append(GAP).append(row.get(1));
    }
    text.append('\n');
  }

  private void appendBlocks(StringBuilder text) {
    int widest = headings.stream().skip(1).mapToInt(TextTable::length).max().orElse(0);
    for (List<String> row : rows) {
      text.append(row.get(0)).append('\n');
      for (int i = 1; i < row.size(); i++) {
        String heading = headings.get(i);
        text.append(GAP).append(heading).append(" ".repeat(widest - length(heading)));
        text.append(GAP).append(row.get(i)).append('\n');
      }
    }
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
