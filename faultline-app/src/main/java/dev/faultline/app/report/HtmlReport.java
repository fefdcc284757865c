package dev.faultline.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes the report of a run: one HTML file that needs no network and no other file.
public final class HtmlReport {
  private HtmlReport() {}

  /// Writes the report.
  public static void write(Path file, ReportInput input) throws IOException {
    Files.writeString(file, render(input));
  }

  static String render(ReportInput input) throws IOException {
    return new ReportPage(input).render(resource("report.css"), resource("report.js"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("resource " + name + " is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
