package dev.faultline.iopf;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Assembling groups in the partial table: add the partials one by one, find them, copy them out.
/// One operation is one partial. Must not depend on how many unrelated ones are pending (rule Q32).
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PartialTableBenchmark {
  private static final int PASID = 7;
  private static final int PARTIALS = 1024;
  private static final int INDICES = 512;
  private static final int BACKLOG_INDEX = 1 << 16;
  private static final int RING_MASK = 1023;
  private static final int NIL = -1;
  private static final long BASE = 0x7f00_0000_0000L;

  /// Partials of a group; its last request is not one.
  @Param({"1", "4", "32"})
  public int groupSize;

  /// Unrelated partials that are pending meanwhile.
  @Param({"0", "10000", "100000"})
  public int backlog;

  private final long[] ring = new long[(RING_MASK + 1) << PageRequestBuffer.SHIFT];
  private final DistinctPages pages = new DistinctPages();
  private PartialTable table;
  private PageRequestBuffer buffer;
  private int group;

  @Setup(Level.Trial)
  public void fill() {
    table = new PartialTable(backlog + groupSize, groupSize + 1);
    buffer = new PageRequestBuffer(groupSize);
    for (int i = 0; i < backlog; i++) {
      buffer.clear();
      add(BACKLOG_INDEX + i, 0);
      long key = PartialTable.key(PASID + 1L, BACKLOG_INDEX + i);
      if (table.add(buffer.words, 0, key, table.find(key)) != NIL) {
        throw new IllegalStateException("backlog refused at " + i);
      }
    }
    buffer.clear();
    for (int i = 0; i < groupSize; i++) {
      add(0, i);
    }
  }

  private void add(int index, int page) {
    buffer.add(1, PASID, index, BASE + ((long) page << 12), Access.READ, false, 0, 0, 0);
  }

  @Benchmark
  @OperationsPerInvocation(PARTIALS)
  public int assemble() {
    int taken = 0;
    long[] words = buffer.words;
    while (taken < PARTIALS) {
      long key = PartialTable.key(PASID + 1L, group++ & (INDICES - 1));
      for (int i = 0; i < groupSize; i++) {
        if (table.add(words, i << PageRequestBuffer.SHIFT, key, table.find(key)) != NIL) {
          throw new IllegalStateException("partial refused");
        }
      }
      int entry = table.find(key);
      table.copyTo(entry, ring, RING_MASK, 0, pages, 12);
      taken += table.remove(entry);
    }
    return taken;
  }
}
