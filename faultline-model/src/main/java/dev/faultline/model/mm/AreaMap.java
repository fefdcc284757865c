package dev.faultline.model.mm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The areas of an address space at one moment, sorted; a change makes a new one.
final class AreaMap {
  static final AreaMap EMPTY = new AreaMap(List.of());

  /// The map of an address space that has ended (rule A3).
  static final AreaMap DEAD = new AreaMap(List.of());

  /// What becomes of a part of an area.
  @FunctionalInterface
  interface Change {
    @Nullable Area apply(Area part);
  }

  private final List<Area> list;
  private final Area[] areas;
  private final long[] starts;

  private AreaMap(List<Area> sorted) {
    list = List.copyOf(sorted);
    areas = list.toArray(new Area[0]);
    starts = new long[areas.length];
    for (int i = 0; i < areas.length; i++) {
      starts[i] = areas[i].start();
    }
  }

  List<Area> asList() {
    return list;
  }

  boolean isDead() {
    return this == DEAD;
  }

  /// The area that holds the byte, or null.
  @Nullable Area find(long address) {
    int index = floor(address);
    return index >= 0 && address < areas[index].end() ? areas[index] : null;
  }

  /// Index of the last area that starts at or below the byte, or -1.
  private int floor(long address) {
    int low = 0;
    int high = starts.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /// The first byte of the range that no area holds, or -1 if there is none.
  long firstHole(long start, long end) {
    long at = start;
    while (at < end) {
      Area area = find(at);
      if (area == null) {
        return at;
      }
      at = area.end();
    }
    return -1;
  }

  /// This map with more areas.
  ///
  /// @throws IllegalArgumentException if two areas overlap, naming both
  AreaMap withAll(Collection<Area> more) {
    List<Area> all = new ArrayList<>(list.size() + more.size());
    all.addAll(list);
    all.addAll(more);
    all.sort(Comparator.comparingLong(Area::start));
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).start() < all.get(i - 1).end()) {
        throw new IllegalArgumentException(
            "areas overlap: " + all.get(i - 1) + " and " + all.get(i));
      }
    }
    return new AreaMap(joined(all));
  }

  /// This map with every part of an area that lies in the range put through `change`; null takes
  /// the part away.
  AreaMap replace(long start, long end, Change change) {
    List<Area> all = new ArrayList<>(list.size() + 2);
    for (Area area : areas) {
      if (area.end() <= start || area.start() >= end) {
        all.add(area);
        continue;
      }
      long from = Math.max(start, area.start());
      long to = Math.min(end, area.end());
      if (area.start() < from) {
        all.add(area.part(area.start(), from));
      }
      Area changed = change.apply(area.part(from, to));
      if (changed != null) {
        all.add(changed);
      }
      if (to < area.end()) {
        all.add(area.part(to, area.end()));
      }
    }
    return new AreaMap(joined(all));
  }

  /// Makes one of neighbours that are alike.
  private static List<Area> joined(List<Area> sorted) {
    List<Area> result = new ArrayList<>(sorted.size());
    for (Area area : sorted) {
      Area before = result.isEmpty() ? null : result.getLast();
      if (before != null && before.continuesIn(area)) {
        result.set(result.size() - 1, before.joinedWith(area));
      } else {
        result.add(area);
      }
    }
    return result;
  }
}
