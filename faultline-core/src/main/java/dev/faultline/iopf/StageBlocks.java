package dev.faultline.iopf;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One [StageTimes] for each worker context that has touched a device or a PASID, made on first
/// touch. A block is written by its context only. The array is replaced under this object's monitor
/// when it grows, which happens once for each context.
final class StageBlocks {
  private volatile @Nullable StageTimes[] blocks = new @Nullable StageTimes[1];

  StageTimes of(int context) {
    @Nullable StageTimes[] now = blocks;
    if (context < now.length) {
      StageTimes block = now[context];
      if (block != null) {
        return block;
      }
    }
    return make(context);
  }

  private synchronized StageTimes make(int context) {
    @Nullable StageTimes[] now = blocks;
    @Nullable StageTimes[] grown = Arrays.copyOf(now, Math.max(now.length, context + 1));
    StageTimes block = grown[context];
    if (block == null) {
      block = new StageTimes();
      grown[context] = block;
    }
    blocks = grown;
    return block;
  }

  void addTo(StatisticsSum sum) {
    for (StageTimes block : blocks) {
      if (block != null) {
        sum.add(block);
      }
    }
  }

  long count(FaultCounter counter) {
    long total = 0;
    for (StageTimes block : blocks) {
      if (block != null) {
        total += block.count(counter.ordinal());
      }
    }
    return total;
  }
}
