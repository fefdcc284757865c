package dev.faultline.benchmarks;

import dev.faultline.app.bench.EngineProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The engine beside its C twin, case by case, in the same minute: twin, engine, twin, engine, so
/// that a machine that changes its speed changes it for both.
///
/// `SideBySide [ROUNDS]`, 5 if not given. Every run is a process of its own. Prints the median of
/// the rounds, and the smallest and largest.
public final class SideBySide {
  private static final int ROUNDS = 5;
  private static final int TWIN_REPETITIONS = 7;
  private static final int ENGINE_REPETITIONS = 7;
  private static final long TWIN_FAULTS = 1_000_000;

  /// With a backlog the twin looks at all of it for every group.
  private static final long TWIN_FAULTS_WITH_BACKLOG = 2_000;

  private record Case(int groupSize, int workers, int backlog) {
    String title() {
      return String.format(
          Locale.ROOT,
          "groups of %d, %s, %,d pending",
          groupSize,
          workers == 0 ? "inline" : workers == 1 ? "1 worker" : workers + " workers",
          backlog);
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case(1, 0, 0),
          new Case(4, 0, 0),
          new Case(32, 0, 0),
          new Case(1, 1, 0),
          new Case(4, 1, 0),
          new Case(32, 1, 0),
          new Case(4, 0, 100_000),
          new Case(4, 1, 100_000));

  private final ListQueueTwin twin;
  private final int rounds;

  private SideBySide(ListQueueTwin twin, int rounds) {
    this.twin = twin;
    this.rounds = rounds;
  }

  /// Runs all cases and prints a table.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds is " + rounds + "; expected 1 or more");
    }
    System.out.printf(
        Locale.ROOT,
        "ns for a fault: median (min-max) of %d rounds; %d processors, Java %s%n%n",
        rounds,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    System.out.printf(
        "%-36s %26s %26s %7s %26s %7s%n",
        "", "list_queue.c", "engine, one by one", "faster", "engine, batches of 16", "faster");
    SideBySide sideBySide = new SideBySide(ListQueueTwin.compile(), rounds);
    for (Case one : CASES) {
      sideBySide.compare(one);
    }
  }

  private void compare(Case one) throws IOException, InterruptedException {
    Figures c = new Figures();
    Figures single = new Figures();
    Figures batched = new Figures();
    long twinFaults = one.backlog == 0 ? TWIN_FAULTS : TWIN_FAULTS_WITH_BACKLOG;
    for (int i = 0; i < rounds; i++) {
      c.add(twin.run(one.groupSize, one.workers, twinFaults, TWIN_REPETITIONS, one.backlog));
      single.add(engine(one, 1));
      c.add(twin.run(one.groupSize, one.workers, twinFaults, TWIN_REPETITIONS, one.backlog));
      batched.add(engine(one, 16));
    }
    System.out.printf(
        Locale.ROOT,
        "%-36s %26s %26s %6.1fx %26s %6.1fx%n",
        one.title(),
        c,
        single,
        c.median() / single.median(),
        batched,
        c.median() / batched.median());
  }

  private static double engine(Case one, int batch) throws IOException, InterruptedException {
    String json =
        ChildProcess.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EngineProcess.class.getName(),
                Integer.toString(one.groupSize),
                Integer.toString(batch),
                Integer.toString(one.workers),
                "1",
                Integer.toString(one.backlog),
                Integer.toString(ENGINE_REPETITIONS),
                "0"));
    return ChildProcess.number(json, "\"nsPerFault\"", ":");
  }
}
