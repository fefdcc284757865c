package dev.faultline.app.replay;

import dev.faultline.app.CommandFailure;
import dev.faultline.app.report.HtmlReport;
import dev.faultline.app.report.ReportInput;
import dev.faultline.app.summary.RunSummary;
import dev.faultline.app.summary.SummaryJson;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/// The folder of one run: `summary.json` and `report.html`. Written beside its place and moved
/// there when it is whole, so that a run that is killed leaves nothing that looks finished.
final class RunFolder {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private final Path parent;
  private final String name;

  private RunFolder(Path parent, String name) {
    this.parent = parent;
    this.name = name;
  }

  /// Makes the parent and checks that it can be written to, before anything runs.
  static RunFolder prepare(Path parent, String runName) {
    try {
      Files.createDirectories(parent);
    } catch (IOException e) {
      throw CommandFailure.badInput(
          "--out " + parent + ": cannot be made (" + e.getMessage() + "); name another folder");
    }
    if (!Files.isWritable(parent)) {
      throw CommandFailure.badInput(
          "--out " + parent + ": cannot be written to; name another folder");
    }
    return new RunFolder(parent, runName);
  }

  /// Writes the run.
  ///
  /// @return the folder
  Path write(RunSummary summary, ReportInput report) throws IOException {
    Path draft = Files.createTempDirectory(parent, ".unfinished-");
    try {
      SummaryJson.write(draft.resolve("summary.json"), summary);
      HtmlReport.write(draft.resolve("report.html"), report);
      return moveInto(draft);
    } catch (IOException e) {
      delete(draft);
      throw e;
    }
  }

  private Path moveInto(Path draft) throws IOException {
    String stem = name + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(TIME);
    for (int i = 0; ; i++) {
      Path target = parent.resolve(i == 0 ? stem : stem + "-" + i);
      if (Files.exists(target)) {
        continue;
      }
      try {
        return Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileAlreadyExistsException e) {
        // Another run has taken the name meanwhile: the next number is tried.
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
