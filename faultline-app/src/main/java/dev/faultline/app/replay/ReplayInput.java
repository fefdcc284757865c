package dev.faultline.app.replay;

import dev.faultline.app.CommandFailure;
import dev.faultline.trace.Area;
import dev.faultline.trace.MapsFile;
import dev.faultline.trace.TraceException;
import dev.faultline.trace.TraceOptions;
import dev.faultline.trace.TraceProcess;
import dev.faultline.trace.TraceSurvey;
import dev.faultline.trace.TraceThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a first pass over one trace finds, and the areas of its address spaces: from a maps file,
/// or derived from the accesses.
///
/// @param trace the file
/// @param survey what the first pass found
/// @param areas the areas of each process
/// @param fromMaps whether they come from a maps file
/// @param uncoveredPages pages of the trace outside the maps file's areas
record ReplayInput(
    Path trace, TraceSurvey survey, List<List<Area>> areas, boolean fromMaps, long uncoveredPages) {

  /// Pages between accesses that still make one derived area: programs leave holes in what they
  /// touch.
  private static final int GAP_PAGES = 64;

  private static final int PAGE = 4096;

  /// Reads a trace once.
  ///
  /// @param maps the maps file of the trace's program, or null to derive areas
  /// @param complete whether areas that the maps file lacks are derived
  static ReplayInput read(Path trace, TraceOptions options, @Nullable Path maps, boolean complete)
      throws TraceException {
    TraceSurvey survey = TraceSurvey.of(trace, options, maps == null ? GAP_PAGES : 0);
    if (maps == null) {
      return new ReplayInput(trace, survey, survey.areas(), false, 0);
    }
    List<Area> mapped = MapsFile.read(maps);
    if (survey.areas().size() != 1) {
      throw CommandFailure.badInput(
          "%s: a maps file gives the areas of one process, but %s has %d; leave --maps out"
              .formatted(maps, trace, survey.areas().size()));
    }
    List<Area> touched = survey.areas().getFirst();
    long pages = survey.pages().getFirst();
    long uncovered = uncoveredPages(touched, mapped);
    if (uncovered * 2 > pages) {
      throw CommandFailure.badInput(
          "%s does not fit %s: %d of the trace's %d pages lie outside its areas; is it the maps file of"
                  .formatted(maps, trace, uncovered, pages)
              + " this very run? (leave --maps out to derive the areas)");
    }
    List<Area> areas = new ArrayList<>(mapped);
    if (complete) {
      areas = completed(mapped, touched);
    }
    return new ReplayInput(trace, survey, List.of(areas), true, complete ? 0 : uncovered);
  }

  /// Counts pages of `touched` that lie in no area of `mapped`; both are in order.
  private static long uncoveredPages(List<Area> touched, List<Area> mapped) {
    long uncovered = 0;
    int at = 0;
    for (Area run : touched) {
      for (long page = run.start(); page < run.endExclusive(); page += PAGE) {
        while (at < mapped.size() && mapped.get(at).endExclusive() <= page) {
          at++;
        }
        if (at == mapped.size() || mapped.get(at).start() > page) {
          uncovered++;
        }
      }
    }
    return uncovered;
  }

  /// Adds what the trace touches outside the maps file's areas.
  private static List<Area> completed(List<Area> mapped, List<Area> touched) {
    List<Area> all = new ArrayList<>(mapped);
    for (Area run : touched) {
      for (long page = run.start(); page < run.endExclusive(); page += PAGE) {
        long at = page;
        if (mapped.stream().noneMatch(area -> area.contains(at))) {
          all.add(
              new Area(
                  page,
                  page + PAGE,
                  run.read(),
                  run.write(),
                  run.execute(),
                  false,
                  0,
                  "",
                  false,
                  false));
        }
      }
    }
    all.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
    return all;
  }

  List<TraceProcess> processes() {
    return survey.processes();
  }

  List<TraceThread> threads() {
    return survey.threads();
  }

  /// Returns how many different pages the trace touches, process by process.
  long pages() {
    return survey.pages().stream().mapToLong(Integer::longValue).sum();
  }
}
