package dev.faultline.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a memory trace as a stream of accesses.
///
/// ```java
/// AccessBatch batch = new AccessBatch(4096);
/// try (TraceReader reader = TraceReader.open(Path.of("app.lackey.gz"), TraceOptions.DEFAULTS)) {
///   while (reader.read(batch) >= 0) {
///     for (int i = 0; i < batch.count(); i++) { ... batch.address(i), batch.kinds(i) ... }
///   }
/// }
/// ```
///
/// How the file is packed and which format it has is found by its content. Memory use does not
/// depend on the length of the trace (for perf traces it grows with the threads and the pages they
/// touch).
///
/// A strict reader refuses the first broken line; a lenient one counts it, see [#counts()]. In
/// either case the accesses before it are delivered first.
///
/// One thread reads; [#progress()] and [#fileBytesRead()] may be called by any thread.
public final class TraceReader implements AutoCloseable {
  private final UnpackedInput input;
  private final LineBuffer lines;
  private final LineTally tally;
  private final TraceFormat format;
  private final TraceParser parser;
  private @Nullable TraceException failure;
  private boolean ended;

  private TraceReader(UnpackedInput input, TraceOptions options) throws TraceException {
    this.input = input;
    this.lines = new LineBuffer(input.source());
    this.tally = new LineTally(input.raw().name, options.lenient());
    lines.preload(FormatSniffer.LOOK_AHEAD);
    if (!refill()) {
      throw UnpackedInput.problem(name(), "holds no line", null);
    }
    FormatSniffer sniffer = FormatSniffer.of(lines.bytes, lines.position, lines.limit);
    this.format = options.format() == TraceFormat.AUTO ? found(sniffer) : options.format();
    this.parser =
        switch (format) {
          case LACKEY -> new LackeyParser(tally);
          case PERF_SCRIPT -> new PerfParser(tally, options.processes(), !sniffer.tracepointSeen());
          case AUTO -> throw new IllegalStateException("no format was found");
        };
  }

  /// Opens a trace file, or standard input for the path `-`.
  ///
  /// @throws TraceException if there is no such file, it cannot be read, is empty, damaged at its
  ///   very beginning, or in no known format
  public static TraceReader open(Path path, TraceOptions options) throws TraceException {
    return open(RawInput.open(path), options);
  }

  /// Reads a trace from a stream, which the reader closes.
  ///
  /// @param name what messages call it
  /// @throws TraceException as for a file
  public static TraceReader open(InputStream in, String name, TraceOptions options)
      throws TraceException {
    return open(new RawInput(in, name, RawInput.UNKNOWN_SIZE), options);
  }

  private static TraceReader open(RawInput raw, TraceOptions options) throws TraceException {
    UnpackedInput input = UnpackedInput.of(raw);
    try {
      return new TraceReader(input, options);
    } catch (TraceException e) {
      try {
        input.source().close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private TraceFormat found(FormatSniffer sniffer) throws TraceException {
    TraceFormat found = sniffer.format();
    if (found != null) {
      return found;
    }
    int from = lines.position;
    int to = ByteText.find(lines.bytes, from, lines.limit, '\n');
    throw UnpackedInput.problem(name(), FormatSniffer.unknownFormat(lines.bytes, from, to), null);
  }

  /// Fills a batch from its beginning with the next accesses.
  ///
  /// @return the number of accesses, at least 1; -1 at the end
  /// @throws TraceException for a broken line (unless lenient), damaged or unreadable data, and at
  ///   the end of a trace that has no access at all; thrown again by later calls
  public int read(AccessBatch batch) throws TraceException {
    batch.count = 0;
    if (failure != null) {
      throw failure;
    }
    try {
      while (batch.count == 0) {
        if (ended || !refill()) {
          return end();
        }
        parser.parse(lines, batch);
      }
    } catch (TraceException e) {
      failure = e;
      if (batch.count == 0) {
        throw e;
      }
    }
    return batch.count;
  }

  private int end() throws TraceException {
    ended = true;
    if (tally.accesses > 0) {
      return -1;
    }
    throw UnpackedInput.problem(
        name(),
        "holds no access in "
            + tally.lines()
            + (tally.lines() == 1 ? " line" : " lines")
            + " of "
            + format.label()
            + "; "
            + parser.adviceWithoutAccess(),
        null);
  }

  private boolean refill() throws TraceException {
    while (true) {
      try {
        return lines.refill();
      } catch (LineBuffer.LineTooLongException e) {
        String shown = ByteText.excerpt(lines.bytes, 0, LineBuffer.MAX_LINE_BYTES);
        tally.broken(shown, LineBuffer.TOO_LONG, "trace lines are short");
      } catch (DamagedInputException e) {
        return endsWithDamage(e);
      } catch (IOException e) {
        throw new TraceException(
            name(),
            tally.lines() + 1,
            input.raw().offset(),
            "cannot be read: " + e.getMessage(),
            e);
      }
    }
  }

  private boolean endsWithDamage(DamagedInputException damage) throws TraceException {
    if (damage.cutOff) {
      tally.endedEarly(damage, lines.cutLine());
      return false;
    }
    throw new TraceException(
        name(),
        tally.lines() + 1,
        damage.offset,
        "%s (near byte %d of the file, after %d whole lines); copy or record the file again"
            .formatted(damage.getMessage(), damage.offset, tally.lines()),
        damage);
  }

  /// The file as the user named it; `standard input` for `-`.
  public String name() {
    return tally.file();
  }

  /// The format found or asked for, never [TraceFormat#AUTO].
  public TraceFormat format() {
    return format;
  }

  /// How the file is packed.
  public Compression compression() {
    return input.compression();
  }

  /// Accesses delivered so far.
  public long accesses() {
    return tally.accesses;
  }

  /// Lines read so far: accesses, skipped and broken ones.
  public long lines() {
    return tally.lines();
  }

  /// Lines so far that are neither access nor error.
  public long skippedLines() {
    return tally.skippedLines();
  }

  /// Lines so far that a lenient reader could not read.
  public long brokenLines() {
    return tally.brokenLines();
  }

  /// A snapshot of all counts.
  public TraceCounts counts() {
    return tally.snapshot();
  }

  /// The threads met so far; a copy.
  public List<TraceThread> threads() {
    return List.copyOf(parser.threads());
  }

  /// The number of threads met so far.
  public int threadCount() {
    return parser.threads().size();
  }

  /// A thread by the index that [AccessBatch#thread(int)] holds.
  ///
  /// @throws IndexOutOfBoundsException if no such thread was met
  public TraceThread thread(int index) {
    return parser.threads().get(index);
  }

  /// The processes met so far; a copy.
  public List<TraceProcess> processes() {
    return List.copyOf(parser.processes());
  }

  /// Bytes of the stored file read so far. Callable from any thread.
  public long fileBytesRead() {
    return input.raw().handedOn();
  }

  /// The size of the stored file in bytes, -1 for a pipe.
  public long fileBytes() {
    return input.raw().size;
  }

  /// How far through the file the reader is, from 0 to 1; -1 for a pipe. Callable from any thread.
  public double progress() {
    long size = fileBytes();
    return size > 0 ? Math.min(1.0, (double) fileBytesRead() / size) : -1;
  }

  /// Closes the file.
  ///
  /// @throws TraceException if the system reports an error
  @Override
  public void close() throws TraceException {
    try {
      input.source().close();
    } catch (IOException e) {
      throw UnpackedInput.problem(name(), "cannot be closed: " + e.getMessage(), e);
    }
  }
}
