package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the partial table promises, in a dozen lines without sharing: lists by (PASID, index), two
/// limits, and a mark on a group that has lost a partial.
public class PartialTableSpecification {
  private static final int MAX_PARTIALS = 4;
  private static final int MAX_PER_GROUP = 3;

  private record Key(int pasid, int index) {}

  private final Map<Integer, Map<Integer, List<Long>>> groups = new TreeMap<>();
  private final Set<Key> damaged = new HashSet<>();

  private List<Long> group(int pasid, int index) {
    return groups
        .computeIfAbsent(pasid, any -> new TreeMap<>())
        .computeIfAbsent(index, any -> new ArrayList<>());
  }

  private int size() {
    return groups.values().stream()
        .flatMap(map -> map.values().stream())
        .mapToInt(List::size)
        .sum();
  }

  public int add(int pasid, int index, int value) {
    List<Long> group = group(pasid, index);
    Key key = new Key(pasid, index);
    if (damaged.contains(key)) {
      return 0;
    }
    if (size() == MAX_PARTIALS || group.size() == MAX_PER_GROUP - 1) {
      damaged.add(key);
      int lost = group.size();
      group.clear();
      return lost;
    }
    group.add((long) value);
    return -1;
  }

  public String take(int pasid, int index) {
    List<Long> group = group(pasid, index);
    if (damaged.remove(new Key(pasid, index))) {
      return "damaged";
    }
    String text = group.toString();
    group.clear();
    return text;
  }

  public int drop(int pasid) {
    Map<Integer, List<Long>> dropped = groups.remove(pasid);
    damaged.removeIf(key -> key.pasid() == pasid);
    return dropped == null ? 0 : dropped.values().stream().mapToInt(List::size).sum();
  }

  public int dropAll() {
    int dropped = size();
    groups.clear();
    damaged.clear();
    return dropped;
  }
}
