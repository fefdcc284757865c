package dev.faultline.app.bench;

import dev.faultline.app.CommandFailure;
import dev.faultline.app.ExitCodes;
import dev.faultline.app.console.Screen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command `bench engine`: report, hand-over, worker, answer, with a handler that does nothing.
@Command(
    name = "engine",
    description = {
      "Measure the fault queue itself: report, hand-over, worker, answer, with a handler that does"
          + " nothing.",
      "",
      "Without options a set of cases that takes about a minute; with values for an option, every"
          + " combination of the given values."
    },
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  faultline bench engine",
      "  faultline bench engine --json --group-sizes 1 --batches 16 --workers 0,1"
    })
public final class EngineBenchCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print one JSON object per case, one on each line.")
  private boolean json;

  @Option(
      names = "--group-sizes",
      split = ",",
      paramLabel = "N",
      description = "Requests in a group.")
  private List<Integer> groupSizes = new ArrayList<>();

  @Option(names = "--batches", split = ",", paramLabel = "N", description = "Requests in a report.")
  private List<Integer> batches = new ArrayList<>();

  @Option(names = "--workers", split = ",", paramLabel = "N", description = "Threads; 0 = inline.")
  private List<Integer> workers = new ArrayList<>();

  @Option(names = "--devices", split = ",", paramLabel = "N", description = "Number of devices.")
  private List<Integer> devices = new ArrayList<>();

  @Option(
      names = "--backlogs",
      split = ",",
      paramLabel = "N",
      description = "Unrelated partials that are pending meanwhile.")
  private List<Integer> backlogs = new ArrayList<>();

  @Option(names = "--all", description = "Every combination of the standard values (108 cases).")
  private boolean all;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Measured repetitions of a case (default: ${DEFAULT-VALUE}).")
  private int repetitions = 7;

  @Option(
      names = "--faults",
      paramLabel = "N",
      description = "Page requests in a repetition (default: what takes long enough).")
  private long faults;

  @Option(
      names = "--in-process",
      description = "Measure all cases in one JVM, one after the other.")
  private boolean inProcess;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress on standard error.")
  private boolean quiet;

  /// Made by picocli.
  public EngineBenchCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<EngineSetup> cases = cases();
    if (repetitions < 1 || repetitions > 1_000 || faults < 0) {
      throw CommandFailure.badInput(
          "--repetitions is "
              + repetitions
              + ", --faults "
              + faults
              + "; expected 1 to 1000 repetitions and 0 or more faults");
    }
    List<EngineResult> results = new ArrayList<>();
    for (EngineSetup setup : cases) {
      EngineResult result =
          inProcess
              ? new EngineMeasurement(setup, repetitions, faults).run()
              : EngineProcess.measure(setup, repetitions, faults);
      results.add(result);
      if (!quiet) {
        System.err.printf(
            Locale.ROOT,
            "[%d/%d] %s: %.1f ns a fault%n",
            results.size(),
            cases.size(),
            setup,
            result.nsPerFault());
      }
      if (json) {
        System.out.println(result.toJson());
        System.out.flush();
      }
    }
    if (!json) {
      System.out.print(EngineTable.render(results, Screen.ofOutput()));
    }
    boolean complete = results.stream().allMatch(result -> result.answered() == result.groups());
    return complete ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  private List<EngineSetup> cases() {
    boolean chosen =
        !(groupSizes.isEmpty()
            && batches.isEmpty()
            && workers.isEmpty()
            && devices.isEmpty()
            && backlogs.isEmpty());
    if (all && chosen) {
      throw CommandFailure.badInput("--all cannot be combined with values for single options");
    }
    try {
      return all
          ? EngineCases.all()
          : chosen
              ? EngineCases.grid(groupSizes, batches, workers, devices, backlogs)
              : EngineCases.usual();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(String.valueOf(e.getMessage()));
    }
  }
}
