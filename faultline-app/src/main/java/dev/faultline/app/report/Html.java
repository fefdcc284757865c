package dev.faultline.app.report;

import java.util.Locale;

/// Collects HTML and SVG text. Whatever is not markup goes through [#text] or an attribute, which
/// escape it.
final class Html {
  private final StringBuilder out = new StringBuilder(64 * 1024);

  /// Appends markup as it is: constants of this package only.
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /// Appends escaped text.
  Html text(Object text) {
    escape(String.valueOf(text));
    return this;
  }

  /// Opens an element.
  ///
  /// @param attributes names and values in turn
  Html open(String element, Object... attributes) {
    return start(element, ">", attributes);
  }

  /// Appends an element without content.
  Html empty(String element, Object... attributes) {
    return start(element, "/>", attributes);
  }

  private Html start(String element, String end, Object... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      Object value = attributes[i + 1];
      if (value instanceof Double number) {
        out.append(number(number));
      } else {
        escape(String.valueOf(value));
      }
      out.append('"');
    }
    out.append(end);
    return this;
  }

  /// Closes an element.
  Html close(String element) {
    out.append("</").append(element).append('>');
    return this;
  }

  /// Appends an element that holds text only.
  Html element(String element, Object text, Object... attributes) {
    return open(element, attributes).text(text).close(element);
  }

  /// Returns a coordinate with two decimals at most.
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    if (text.endsWith(".00")) {
      return text.substring(0, text.length() - 3);
    }
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
      }
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
