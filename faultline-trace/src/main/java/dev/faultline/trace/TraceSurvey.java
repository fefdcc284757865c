package dev.faultline.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a first pass over a trace finds: who is in it, and the areas that each process needs.
///
/// A replay that wants areas before it begins, and has no maps file, reads the trace twice: once
/// for the survey, once for the replay. So standard input cannot be surveyed.
///
/// @param format the format of the trace
/// @param counts what the lines were
/// @param threads the threads, by index
/// @param processes the processes, by index
/// @param areas for each process its areas, by [AreaRecorder#areas(int)]
/// @param pages for each process the exact number of distinct pages
public record TraceSurvey(
    TraceFormat format,
    TraceCounts counts,
    List<TraceThread> threads,
    List<TraceProcess> processes,
    List<List<Area>> areas,
    List<Integer> pages) {

  private static final int BATCH = 4096;

  /// Reads a whole trace.
  ///
  /// @param maxGapPages how many untouched pages an area may span
  /// @throws TraceException as [TraceReader#open(Path, TraceOptions)] and [TraceReader#read]; also
  ///   for the path `-`
  public static TraceSurvey of(Path path, TraceOptions options, int maxGapPages)
      throws TraceException {
    if (path.toString().equals("-")) {
      throw UnpackedInput.problem(
          "standard input",
          "can be read only once, and without a maps file a trace is read twice; save it to a file",
          null);
    }
    List<AreaRecorder> recorders = new ArrayList<>();
    try (TraceReader reader = TraceReader.open(path, options)) {
      AccessBatch batch = new AccessBatch(BATCH);
      while (reader.read(batch) >= 0) {
        for (int i = 0; i < batch.count(); i++) {
          recorderOf(recorders, reader.thread(batch.thread(i)).process()).record(batch, i);
        }
      }
      return new TraceSurvey(
          reader.format(),
          reader.counts(),
          reader.threads(),
          reader.processes(),
          recorders.stream().map(recorder -> recorder.areas(maxGapPages)).toList(),
          recorders.stream().map(AreaRecorder::distinctPages).toList());
    }
  }

  private static AreaRecorder recorderOf(List<AreaRecorder> recorders, int process) {
    while (recorders.size() <= process) {
      recorders.add(new AreaRecorder());
    }
    return recorders.get(process);
  }
}
