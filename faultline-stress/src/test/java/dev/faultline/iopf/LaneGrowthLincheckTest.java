package dev.faultline.iopf;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/// The lane stays a queue while the reporter links a larger segment behind the full one: groups of
/// 30 records, 64 records in the first segment.
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class LaneGrowthLincheckTest {
  private static final int RECORDS = 1024;
  private static final int LENGTH = 30;

  /// Groups are written in loops of that length: a much longer one would never end.
  private static final int LOOP_BOUND = 300;

  private final FaultLane lane = LaneProtocol.lane(RECORDS);

  public LaneGrowthLincheckTest() {
    // Two groups fill the first segment, the second of them is still there.
    LaneProtocol.offer(lane, LaneSpecification.LEFT_OVER, LENGTH);
    LaneProtocol.take(lane);
    LaneProtocol.offer(lane, LaneSpecification.LEFT_OVER, LENGTH);
  }

  @Operation(nonParallelGroup = "reporter")
  public boolean offer(@Param(name = "value") int value) {
    return LaneProtocol.offer(lane, value, LENGTH);
  }

  @Operation
  public long take() {
    return LaneProtocol.take(lane);
  }

  @Test
  void everyInterleavingIsOneOfAQueue() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(2)
        .iterations(5)
        .invocationsPerIteration(100)
        .loopBound(LOOP_BOUND)
        .sequentialSpecification(LaneSpecification.Growing.class)
        .check(LaneGrowthLincheckTest.class);
  }
}
