package dev.faultline.iopf;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/// The lane is a queue: one reporter, many takers, first in, first out.
///
/// The ring has four records and has been used before, so that the groups of a round lie across its
/// end. It is never full in a round: that is the next test's business.
@Param(name = "value", gen = IntGen.class, conf = "1:9")
public class LaneLincheckTest {
  private static final int RECORDS = 4;
  private static final int USED_BEFORE = 3;

  private final FaultLane lane = LaneProtocol.lane(RECORDS);

  public LaneLincheckTest() {
    for (int i = 1; i <= USED_BEFORE; i++) {
      LaneProtocol.offer(lane, i, 1);
      LaneProtocol.take(lane);
    }
  }

  @Operation(nonParallelGroup = "reporter")
  public boolean offer(@Param(name = "value") int value) {
    return LaneProtocol.offer(lane, value, 1);
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
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(10)
        .invocationsPerIteration(200)
        .sequentialSpecification(LaneSpecification.class)
        .check(LaneLincheckTest.class);
  }

  @Test
  void underRealThreadsToo() {
    new StressOptions()
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(5)
        .invocationsPerIteration(1_000)
        .sequentialSpecification(LaneSpecification.class)
        .check(LaneLincheckTest.class);
  }
}
