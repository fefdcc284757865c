package dev.faultline.app.console;

import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Shows on standard error how far a run is: one live line on a terminal, a plain line every few
/// seconds elsewhere, nothing if the user wants quiet.
///
/// A thread of its own asks for a sample a few times a second, so the run pays nothing but keeping
/// readable figures. [#close] ends it; if the JVM ends before, the line is cleared all the same.
public final class Progress implements AutoCloseable {
  private static final long LIVE_INTERVAL_MS = 200;
  private static final long PLAIN_INTERVAL_MS = 5_000;
  private static final long MEASURE_INTERVAL_NS = 10_000_000_000L;
  private static final String CLEAR_LINE = "\r\033[K";

  private final ProgressLine line;
  private final Supplier<ProgressSample> samples;
  private final PrintStream out;
  private Screen screen;
  private final long startNs = System.nanoTime();
  private @Nullable Thread thread;
  private @Nullable Thread hook;
  private boolean closed;
  private boolean shown;
  private long lastNs = startNs;
  private long measuredNs = startNs;
  private long lastFaults;
  private double rate;

  Progress(String title, Supplier<ProgressSample> samples, PrintStream out, Screen screen) {
    this.line = new ProgressLine(title);
    this.samples = samples;
    this.out = out;
    this.screen = screen;
  }

  /// Starts to show the progress of a run.
  ///
  /// @param title one word at the beginning of the line
  /// @param quiet show nothing
  /// @param samples asked by the thread of this object, so it has to be safe to call at any time
  public static Progress start(String title, boolean quiet, Supplier<ProgressSample> samples) {
    Screen screen = quiet ? Screen.plain(80) : Screen.ofError();
    Progress progress = new Progress(title, samples, System.err, screen);
    if (!quiet) {
      progress.startThread();
    }
    return progress;
  }

  private void startThread() {
    Thread restore = new Thread(this::restore, "progress-restore");
    hook = restore;
    Runtime.getRuntime().addShutdownHook(restore);
    thread = Thread.ofPlatform().daemon().name("progress").start(this::run);
  }

  private void run() {
    long interval = screen.terminal() ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS;
    try {
      while (!isClosed()) {
        Thread.sleep(interval);
        show(System.nanoTime());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /// Shows the present sample.
  void show(long nowNs) {
    ProgressSample sample = samples.get();
    synchronized (this) {
      if (closed) {
        return;
      }
      double seconds = Math.max(1, nowNs - lastNs) / 1e9;
      double now = Math.max(0, sample.faults() - lastFaults) / seconds;
      rate = lastNs == startNs ? now : rate * 0.6 + now * 0.4;
      lastNs = nowNs;
      lastFaults = sample.faults();
      if (screen.terminal() && nowNs - measuredNs > MEASURE_INTERVAL_NS) {
        measuredNs = nowNs;
        screen = screen.measured();
      }
      String text = line.render(sample, rate, leftSeconds(sample, nowNs), screen);
      if (screen.terminal()) {
        out.print(CLEAR_LINE + text);
        shown = true;
      } else {
        out.println(text);
      }
      out.flush();
    }
  }

  private long leftSeconds(ProgressSample sample, long nowNs) {
    double fraction = sample.fraction();
    if (fraction <= 0) {
      return -1;
    }
    double elapsed = (nowNs - startNs) / 1e9;
    return Math.round(elapsed * (1 - fraction) / fraction);
  }

  /// Prints a message above the live line.
  public synchronized void message(String text) {
    clear();
    out.println(text);
    out.flush();
  }

  private synchronized void clear() {
    if (shown) {
      out.print(CLEAR_LINE);
      out.flush();
      shown = false;
    }
  }

  /// When the JVM ends: clears the line for good.
  private synchronized void restore() {
    clear();
    closed = true;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Ends the line. A second call does nothing.
  @Override
  public void close() {
    Thread sampler;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      clear();
      sampler = thread;
    }
    if (sampler != null) {
      sampler.interrupt();
    }
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is ending; the hook finds nothing to clear.
      }
    }
  }
}
