package dev.faultline.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;

/// Reads `/proc/PID/maps`: the areas of a process, in ascending order.
///
/// ```
/// 0486d000-04961000 r-xp 00026000 fe:00 339893         /usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6
/// start    end      perm offset   dev   inode          path, possibly with spaces and (deleted)
/// ```
///
/// It is a snapshot: what the program did before may need other areas and rights. The parts of a
/// library that are made read-only once it is relocated were written before, and the loader's cache
/// was mapped and is gone. [AreaRecorder#complete] puts such things right.
///
/// The file may be packed as a trace may. A program under valgrind has its stack in an area without
/// name, at valgrind's fixed place; it is recognised there.
public final class MapsFile {
  private static final String VALGRIND = "/valgrind/";

  /// Where valgrind puts the end of the client's stack on 64-bit Linux.
  private static final long VALGRIND_STACK_END = 0x1f_ff00_1000L;

  private MapsFile() {}

  /// Reads a maps file, or standard input for the path `-`.
  ///
  /// @throws TraceException if it cannot be read, is empty, has a line of another form, or areas
  ///   that overlap or are out of order
  public static List<Area> read(Path path) throws TraceException {
    return read(RawInput.open(path));
  }

  /// Reads the text of a maps file from a stream and closes it.
  ///
  /// @param name what messages call it
  /// @throws TraceException as for a file
  public static List<Area> read(InputStream in, String name) throws TraceException {
    return read(new RawInput(in, name, RawInput.UNKNOWN_SIZE));
  }

  private static List<Area> read(RawInput raw) throws TraceException {
    UnpackedInput input = UnpackedInput.of(raw);
    long number = 0;
    try (ByteSource source = input.source()) {
      LineBuffer lines = new LineBuffer(source);
      List<Area> areas = new ArrayList<>();
      MapsLine line = new MapsLine();
      while (lines.refill()) {
        int from = lines.position;
        int end = ByteText.find(lines.bytes, from, lines.limit, '\n');
        lines.position = end + 1;
        number++;
        int to = ByteText.trimEnd(lines.bytes, from, end);
        if (to > from) {
          Area area = line.parse(lines.bytes, from, to);
          checkOrder(areas, area);
          areas.add(area);
        }
      }
      if (areas.isEmpty()) {
        throw UnpackedInput.problem(raw.name, "holds no area", null);
      }
      markValgrindStack(areas);
      return List.copyOf(areas);
    } catch (MapsLine.BadLineException e) {
      throw new TraceException(raw.name, number, TraceException.UNKNOWN, e.problem, e);
    } catch (TraceException e) {
      throw e;
    } catch (IOException e) {
      String problem = "cannot be read: " + e.getMessage();
      throw new TraceException(raw.name, number + 1, raw.offset(), problem, e);
    }
  }

  private static void checkOrder(List<Area> areas, Area area) throws MapsLine.BadLineException {
    if (areas.isEmpty()) {
      return;
    }
    Area previous = areas.getLast();
    if (Long.compareUnsigned(area.start(), previous.start()) < 0) {
      throw new MapsLine.BadLineException(
          "area %08x-%08x stands behind %08x-%08x; the kernel writes areas in ascending order"
              .formatted(
                  area.start(), area.endExclusive(), previous.start(), previous.endExclusive()));
    }
    if (Long.compareUnsigned(area.start(), previous.endExclusive()) < 0) {
      throw new MapsLine.BadLineException(
          "area %08x-%08x overlaps %08x-%08x; areas of one process never overlap"
              .formatted(
                  area.start(), area.endExclusive(), previous.start(), previous.endExclusive()));
    }
  }

  private static void markValgrindStack(List<Area> areas) {
    if (areas.stream().noneMatch(area -> area.path().contains(VALGRIND))) {
      return;
    }
    ListIterator<Area> each = areas.listIterator();
    while (each.hasNext()) {
      Area a = each.next();
      if (a.endExclusive() == VALGRIND_STACK_END && a.path().isEmpty() && a.write()) {
        each.set(a.growing());
      }
    }
  }

  /// Whether a line has the form of a maps line.
  static boolean looksLikeMaps(byte[] bytes, int from, int to) {
    try {
      new MapsLine().parse(bytes, from, to);
      return true;
    } catch (MapsLine.BadLineException e) {
      return false;
    }
  }
}
