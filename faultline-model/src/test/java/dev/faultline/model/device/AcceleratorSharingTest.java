package dev.faultline.model.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultClock;
import dev.faultline.model.iommu.Iommu;
import dev.faultline.model.iommu.PageTable;
import dev.faultline.model.mm.Area;
import dev.faultline.model.mm.FrameMemory;
import dev.faultline.model.mm.SimulatedAddressSpace;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A device on a modelled address space, with the plainest fault handling there can be.
class AcceleratorSharingTest {
  private static final int PAGE = ScriptedIommu.PAGE;
  private static final long BASE = 0x5000_0000L;
  private static final int PAGES = 200;

  /// Resolves each request of a group by a task, and answers with the last.
  private static final class TaskIommu implements Iommu {
    private final PageTable table;
    private final SimulatedAddressSpace space;
    private final ExecutorService workers;
    private volatile Accelerator device;
    private boolean failed;

    TaskIommu(SimulatedAddressSpace space, ExecutorService workers) {
      this.space = space;
      this.workers = workers;
      table = space.pageTable();
    }

    @Override
    public int translate(int requesterId, int pasid, long address, int access) {
      return table.walk(address, access);
    }

    @Override
    public void pageRequest(
        int requesterId,
        int pasid,
        int groupIndex,
        long address,
        int access,
        boolean last,
        long raisedNs) {
      workers.execute(() -> {
        failed |= space.makePresent(address, 1, access) < 1;
        if (last) {
          int code = failed ? 1 : 0;
          failed = false;
          device.pageResponse(pasid, groupIndex, code);
        }
      });
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void everyAccessEndsThoughPagesAreEvictedAllTheTime() {
    FrameMemory memory = new FrameMemory(0);
    SimulatedAddressSpace space =
        new SimulatedAddressSpace(
            "p", memory, SimulatedAddressSpace.Settings.DEFAULT.withResidentLimit(20));
    space.map(Area.anonymous(BASE, BASE + PAGES * PAGE, Access.READ | Access.WRITE));
    try (ExecutorService workers = Executors.newSingleThreadExecutor()) {
      TaskIommu iommu = new TaskIommu(space, workers);
      Accelerator device =
          new Accelerator(
              1, 5, iommu, FaultClock.system(), new AcceleratorConfig(4, 32, 512, 8, 2, 64));
      iommu.device = device;
      space.addInvalidator((address, bytes) -> device.invalidate(5, address, bytes));
      SplittableRandom random = new SplittableRandom(3);
      int bad = 0;
      for (int i = 0; i < 30_000; i++) {
        boolean isBad = random.nextInt(500) == 0;
        long page = BASE + (long) (isBad ? PAGES : random.nextInt(PAGES)) * PAGE;
        bad += isBad ? 1 : 0;
        int access = random.nextBoolean() ? Access.READ : Access.WRITE;
        while (!device.submit(page + 8, 8, access)) {
          device.awaitRoom();
        }
      }
      device.drain();
      AcceleratorStatistics s = device.statistics();
      assertThat(s.accesses()).isEqualTo(30_000);
      assertThat(s.failedAccesses()).isEqualTo(bad);
      assertThat(s.groups()).isEqualTo(s.success() + s.invalid() + s.failure());
      assertThat(s.refaults()).isPositive();
    }
    assertThat(space.statistics().maxResident()).isEqualTo(20);
    assertThat(memory.used()).isEqualTo(space.residentPages());
    space.close();
  }
}
