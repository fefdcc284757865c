package dev.faultline.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.app.summary.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  private static final String EVIL = "<script>alert('x')</script>\"&";

  @Test
  void theFileIsSelfContained(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("report.html");
    HtmlReport.write(file, SampleReport.input("sample"));
    String html = Files.readString(file);
    assertThat(html).startsWith("<!doctype html>").endsWith("</html>\n");
    assertThat(html).doesNotContain("http:", "https:", "<link", "<img", "src=", "@import", "url(");
    assertThat(html).contains("All invariants hold");
    assertThat(count(html, "<svg")).isEqualTo(7).isEqualTo(count(html, "<desc"));
  }

  @Test
  void whateverComesFromATraceIsEscaped() throws IOException {
    RunSummary summary =
        RunSummary.builder(EVIL)
            .device(Map.of(EVIL, EVIL))
            .setting(EVIL, EVIL)
            .trace("file", EVIL)
            .violation(EVIL)
            .invalidAccesses(1, List.of(Map.of("address", EVIL)))
            .build();
    ReportInput input =
        new ReportInput(
            summary,
            List.of(new TimeSeries(EVIL, EVIL, 1, List.of(1.0))),
            List.of(),
            List.of(new TimeMark(0, EVIL)),
            new GroupSizes(),
            Map.of());
    String html = HtmlReport.render(input);
    assertThat(count(html, "<script")).isEqualTo(1);
    assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
  }

  @Test
  void aSummaryAloneMakesAReportWithoutWrongNumbers() throws IOException {
    String html = HtmlReport.render(ReportInput.of(RunSummary.builder("empty").build()));
    assertThat(html).contains("Nothing was dropped").doesNotContain("NaN", "Infinity");
    assertThat(HtmlReport.render(SampleReport.input("s"))).doesNotContain("NaN", "Infinity");
  }

  private static int count(String text, String part) {
    Matcher matcher = Pattern.compile(Pattern.quote(part)).matcher(text);
    int found = 0;
    while (matcher.find()) {
      found++;
    }
    return found;
  }
}
