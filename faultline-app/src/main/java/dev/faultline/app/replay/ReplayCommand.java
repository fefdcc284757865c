package dev.faultline.app.replay;

import dev.faultline.app.CommandFailure;
import dev.faultline.app.ExitCodes;
import dev.faultline.app.console.Progress;
import dev.faultline.app.console.ProgressSample;
import dev.faultline.app.console.Screen;
import dev.faultline.app.report.ReportInput;
import dev.faultline.app.report.TimeBuckets;
import dev.faultline.app.report.TimeSeries;
import dev.faultline.app.summary.RunSummary;
import dev.faultline.app.summary.SummaryJson;
import dev.faultline.app.summary.SummaryTable;
import dev.faultline.iopf.FaultClock;
import dev.faultline.trace.ProcessRule;
import dev.faultline.trace.TraceFormat;
import dev.faultline.trace.TraceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command `replay`.
@Command(
    name = "replay",
    description = {
      "Run real programs' memory traces as devices that share those programs' address spaces.",
      "",
      "Reads valgrind lackey traces (--trace-mem=yes) and page faults from 'perf script', plain, gzip "
          + "or zstd. Every thread of a trace is a device with a translation cache behind a VT-d "
          + "IOMMU; a page that is not there becomes a page request, and takes the whole way: ring, "
          + "driver, report, group, worker, address space, answer, retry."
    },
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  faultline replay examples/sqlite3.lackey.gz --maps examples/sqlite3.maps",
      "  faultline replay examples/faults-gcc.txt.gz --fault-around 16",
      "  faultline replay examples/sqlite3.lackey.gz --resident-limit 33%% --json",
      "  faultline replay examples/faults-sort.txt.gz --topology device --group-size 8"
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final long STOP_SECONDS = 20;

  @Parameters(arity = "1..*", paramLabel = "TRACE", description = "Trace files, run in turn.")
  @SuppressWarnings("NullAway.Init") // by picocli
  private List<Path> traces;

  @Option(
      names = "--maps",
      paramLabel = "FILE",
      description =
          "The /proc/PID/maps of the traced program; without it the areas are derived from the "
              + "trace. Accesses outside the areas are answered INVALID.")
  private @Nullable Path maps;

  @Option(
      names = "--complete-maps",
      description = "Add areas for what the trace touches outside of the maps file's areas.")
  private boolean completeMaps;

  @ArgGroup(validate = false, heading = "%nThe platform:%n", multiplicity = "0..1")
  private ReplaySettings settings = new ReplaySettings();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; default: by content.")
  private TraceFormat format = TraceFormat.AUTO;

  @Option(
      names = "--processes",
      paramLabel = "RULE",
      description =
          "How threads of a perf trace without process ids share address spaces: "
              + "${COMPLETION-CANDIDATES}; default auto.")
  private ProcessRule processes = ProcessRule.AUTO;

  @Option(names = "--lenient", description = "Count and skip broken lines instead of ending.")
  private boolean lenient;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the run's folder goes; default runs.")
  private Path out = Path.of("runs");

  @Option(names = "--json", description = "Print the summary as JSON on standard output.")
  private boolean json;

  @Option(names = "--quiet", description = "No progress, no table.")
  private boolean quiet;

  /// Made by picocli.
  public ReplayCommand() {}

  @Override
  public Integer call() throws Exception {
    settings.check();
    if (maps != null && traces.size() > 1) {
      throw CommandFailure.badInput("--maps goes with one trace; " + traces.size() + " were given");
    }
    TraceOptions options =
        TraceOptions.DEFAULTS.withFormat(format).withLenient(lenient).withProcesses(processes);
    for (Path trace : traces) {
      if (!trace.toString().equals("-") && !Files.exists(trace)) {
        throw CommandFailure.badInput(trace + ": no such file");
      }
    }
    String name = runName(traces.getFirst());
    RunFolder folder = RunFolder.prepare(out, name);
    List<ReplayInput> inputs = new ArrayList<>();
    for (Path trace : traces) {
      inputs.add(ReplayInput.read(trace, options, maps, completeMaps));
    }
    return run(name, folder, inputs, options);
  }

  private int run(String name, RunFolder folder, List<ReplayInput> inputs, TraceOptions options)
      throws IOException {
    FaultClock clock = FaultClock.system();
    long startNs = clock.nanoTime();
    ReplayRecorder recorder = new ReplayRecorder(startNs);
    long expected = inputs.stream().mapToLong(input -> input.survey().counts().accesses()).sum();
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = null;
    try (Replay replay = newReplay(inputs, options, recorder, clock)) {
      hook = new Thread(() -> stop(replay, ended), "stop");
      Runtime.getRuntime().addShutdownHook(hook);
      try (Progress progress =
          Progress.start(
              "replay",
              quiet,
              () ->
                  new ProgressSample(
                      replay.accesses(),
                      expected,
                      recorder.answeredGroups(),
                      recorder.inFlight(),
                      recorder.p99Ns()))) {
        if (inputs.getFirst().uncoveredPages() > 0) {
          progress.message(
              "%d pages of the trace lie outside the maps file's areas: accesses to them are answered INVALID (--complete-maps adds areas)"
                  .formatted(inputs.getFirst().uncoveredPages()));
        }
        replay.run();
      }
      long durationNs = clock.nanoTime() - startNs;
      RunSummary summary =
          new ReplayResult(name, replay, inputs, settings, recorder, durationNs).summary();
      Path written = folder.write(summary, report(summary, recorder));
      print(summary, written, replay.wasStopped());
      return summary.holds() ? ExitCodes.DONE : ExitCodes.FAILED;
    } finally {
      ended.countDown();
      removeHook(hook);
    }
  }

  private Replay newReplay(
      List<ReplayInput> inputs, TraceOptions options, ReplayRecorder recorder, FaultClock clock) {
    try {
      return new Replay(inputs, options, settings, recorder, clock);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(String.valueOf(e.getMessage()));
    }
  }

  /// Ctrl-C: lets the run end in order and waits until it has written what there is.
  private static void stop(Replay replay, CountDownLatch ended) {
    replay.requestStop();
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("faultline: the run did not end in time; nothing was written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(@Nullable Thread hook) {
    if (hook != null && !hook.isAlive()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is going down already: the hook is what waits for us.
        return;
      }
    }
  }

  private static ReportInput report(RunSummary summary, ReplayRecorder recorder) {
    List<TimeSeries> rates =
        List.of(
            recorder.faults().toSeries("page requests answered", "1/s", TimeBuckets.Value.RATE));
    List<TimeSeries> depths =
        List.of(
            recorder.depth().toSeries("groups in flight, mean", "groups", TimeBuckets.Value.MEAN),
            recorder.depth().toSeries("groups in flight, most", "groups", TimeBuckets.Value.MAX));
    return new ReportInput(
        summary, rates, depths, recorder.marks(), recorder.sizes(), recorder.stages().curves());
  }

  private void print(RunSummary summary, Path written, boolean stopped) {
    if (json) {
      System.out.println(SummaryJson.toJson(summary));
    } else if (!quiet) {
      System.out.print(SummaryTable.render(summary, Screen.ofOutput()));
    }
    if (!quiet) {
      System.err.println((stopped ? "Ended early. Written: " : "Written: ") + written);
    }
  }

  private static String runName(Path trace) {
    Path file = trace.getFileName();
    String name = file == null ? "trace" : file.toString();
    int dot = name.indexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String clean = stem.replaceAll("[^A-Za-z0-9_-]", "_");
    return clean.isEmpty() || clean.equals("-") ? "trace" : clean;
  }
}
