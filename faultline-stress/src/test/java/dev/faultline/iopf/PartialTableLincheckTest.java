package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/// The partial table behind the producer's lock is a map of lists, whatever interleaves: reports
/// add and take, flushes drop a scope, overflows drop all.
@Param(name = "pasid", gen = IntGen.class, conf = "0:1")
@Param(name = "index", gen = IntGen.class, conf = "1:2")
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class PartialTableLincheckTest {
  private static final int MAX_PARTIALS = 4;
  private static final int MAX_PER_GROUP = 3;

  /// The table goes over its 32 buckets: a longer loop would be one that never ends.
  private static final int LOOP_BOUND = 300;

  private final ProducerLock lock = new ProducerLock();
  private final PartialTable table = new PartialTable(MAX_PARTIALS, MAX_PER_GROUP);
  private final PageRequestBuffer buffer = new PageRequestBuffer(1);

  /// Stores a partial.
  ///
  /// @return -1 if it was stored, else the number of partials that were lost
  @Operation
  public int add(
      @Param(name = "pasid") int pasid,
      @Param(name = "index") int index,
      @Param(name = "value") int value) {
    lock.lock();
    try {
      long key = key(pasid, index);
      buffer.clear();
      buffer.add(1, pasid, index, value, Access.READ, false, 0, 0, 0);
      return table.add(buffer.words, 0, key, table.find(key));
    } finally {
      lock.unlock();
    }
  }

  /// Takes the partials of a group, as its last request does.
  ///
  /// @return their addresses in arrival order, or "damaged"
  @Operation
  public String take(@Param(name = "pasid") int pasid, @Param(name = "index") int index) {
    lock.lock();
    try {
      long key = key(pasid, index);
      int entry = table.find(key);
      if (table.takeDamage(key, entry)) {
        if (entry >= 0) {
          table.remove(entry);
        }
        return "damaged";
      }
      return entry < 0 ? "[]" : takeEntry(entry);
    } finally {
      lock.unlock();
    }
  }

  private String takeEntry(int entry) {
    int count = table.count(entry);
    long[] ring = new long[8 << PageRequestBuffer.SHIFT];
    table.copyTo(entry, ring, 7, 0, new DistinctPages(), 12);
    table.remove(entry);
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(ring[(i << PageRequestBuffer.SHIFT) + PageRequestBuffer.ADDRESS]);
    }
    return addresses.toString();
  }

  /// Drops a scope, as a flush does.
  @Operation
  public int drop(@Param(name = "pasid") int pasid) {
    return dropScope(pasid);
  }

  /// Drops everything, as an overflow does.
  @Operation
  public int dropAll() {
    return dropScope(Pasid.ALL);
  }

  private int dropScope(int scope) {
    lock.lock();
    try {
      return table.drop(scope);
    } finally {
      lock.unlock();
    }
  }

  private static long key(int pasid, int index) {
    return PartialTable.key(pasid + 1L, index);
  }

  @Test
  void everyInterleavingIsOneOfAMapOfLists() {
    new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(1)
        .iterations(6)
        .invocationsPerIteration(150)
        .loopBound(LOOP_BOUND)
        .sequentialSpecification(PartialTableSpecification.class)
        .check(PartialTableLincheckTest.class);
  }

  @Test
  void underRealThreadsToo() {
    new StressOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(1)
        .iterations(4)
        .invocationsPerIteration(400)
        .sequentialSpecification(PartialTableSpecification.class)
        .check(PartialTableLincheckTest.class);
  }
}
