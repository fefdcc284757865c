package dev.faultline.app.console;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What an output stream can show.
///
/// @param terminal whether somebody looks at it live
/// @param color whether colours are wanted
/// @param unicode whether more than ASCII can be written
/// @param width columns
public record Screen(boolean terminal, boolean color, boolean unicode, int width) {
  private static final int DEFAULT_WIDTH = 80;
  private static final int FILE_WIDTH = 160;
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  /// Returns what standard output can show.
  public static Screen ofOutput() {
    return of(STANDARD_OUTPUT, "stdout.encoding");
  }

  /// Returns what standard error can show.
  public static Screen ofError() {
    return of(STANDARD_ERROR, "stderr.encoding");
  }

  /// Returns a screen for plain text that nobody looks at live.
  public static Screen plain(int width) {
    return new Screen(false, false, true, width);
  }

  private static Screen of(int descriptor, String encodingProperty) {
    boolean terminal = isTerminal(descriptor);
    @Nullable String noColor = System.getenv("NO_COLOR");
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    String encoding = System.getProperty(encodingProperty, Charset.defaultCharset().name());
    return new Screen(
        terminal && !dumb,
        terminal && !dumb && (noColor == null || noColor.isEmpty()),
        encoding.toUpperCase(Locale.ROOT).startsWith("UTF"),
        terminal ? presentWidth() : FILE_WIDTH);
  }

  /// Asks Linux, since the JDK only tells about input and output together.
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /// Returns this screen with the width that it has now.
  Screen measured() {
    return terminal ? new Screen(terminal, color, unicode, presentWidth()) : this;
  }

  private static int presentWidth() {
    @Nullable String columns = System.getenv("COLUMNS");
    int width = columns == null ? 0 : number(columns);
    return width > 0 ? width : askedWidth();
  }

  /// Asks `stty`: some milliseconds, but no native code and no library.
  private static int askedWidth() {
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer;
      try (var lines = process.inputReader()) {
        answer = lines.readLine();
      }
      process.waitFor(1, TimeUnit.SECONDS);
      int space = answer == null ? -1 : answer.indexOf(' ');
      int width = answer == null || space < 0 ? 0 : number(answer.substring(space + 1));
      return width > 0 ? width : DEFAULT_WIDTH;
    } catch (IOException e) {
      return DEFAULT_WIDTH;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return DEFAULT_WIDTH;
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
