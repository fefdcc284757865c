package dev.faultline.app.summary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Writes summaries as JSON: the fields in the order of [RunSummary].
public final class SummaryJson {
  private SummaryJson() {}

  /// Returns the summary as indented JSON with a newline at the end.
  public static String toJson(RunSummary summary) {
    return Mapper.INDENTED.writeValueAsString(summary) + "\n";
  }

  /// Writes the summary to a file.
  public static void write(Path file, RunSummary summary) throws IOException {
    Files.writeString(file, toJson(summary));
  }

  /// Made when the first summary is written: a mapper costs a good part of the start-up.
  private static final class Mapper {
    private static final JsonMapper INDENTED =
        JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();
  }
}
