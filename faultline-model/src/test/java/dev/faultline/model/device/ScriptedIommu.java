package dev.faultline.model.device;

import dev.faultline.iopf.Access;
import dev.faultline.model.iommu.Endpoint;
import dev.faultline.model.iommu.Iommu;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An IOMMU whose pages and answers are set by the test. One thread.
final class ScriptedIommu implements Iommu {
  static final int PAGE = 4096;

  /// A page request as it was sent.
  record Request(int pasid, int group, long address, int access, boolean last) {}

  final Map<Long, Integer> present = new HashMap<>();
  final List<Request> requests = new ArrayList<>();
  int translations;
  Endpoint device = NO_DEVICE;

  /// Called within each translation, between the look-up and the return.
  Runnable duringTranslation = () -> {};

  private static final Endpoint NO_DEVICE =
      new Endpoint() {
        @Override
        public int requesterId() {
          return 0;
        }

        @Override
        public void pageResponse(int pasid, int groupIndex, int code) {}

        @Override
        public void invalidate(int pasid, long address, long bytes) {}
      };

  void map(long address, int rights) {
    present.put(address / PAGE, rights);
  }

  void unmap(long address) {
    present.remove(address / PAGE);
  }

  @Override
  public int translate(int requesterId, int pasid, long address, int access) {
    translations++;
    int granted = present.getOrDefault(address / PAGE, Access.NONE);
    duringTranslation.run();
    return granted;
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
    requests.add(new Request(pasid, groupIndex, address, access, last));
  }

  /// Answers the group of the last request sent.
  void answerLast(int code) {
    Request last = requests.getLast();
    device.pageResponse(last.pasid, last.group, code);
  }

  /// Returns the addresses that were asked for, in order.
  List<Long> asked() {
    return requests.stream().map(Request::address).toList();
  }
}
