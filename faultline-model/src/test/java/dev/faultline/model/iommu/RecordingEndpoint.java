package dev.faultline.model.iommu;

import java.util.ArrayList;
import java.util.List;

/// A device that remembers what the IOMMU told it.
final class RecordingEndpoint implements Endpoint {
  final List<String> heard = new ArrayList<>();
  private final int requesterId;

  RecordingEndpoint(int requesterId) {
    this.requesterId = requesterId;
  }

  @Override
  public int requesterId() {
    return requesterId;
  }

  @Override
  public void pageResponse(int pasid, int groupIndex, int code) {
    heard.add("%d/%d=%d".formatted(pasid, groupIndex, code));
  }

  @Override
  public void invalidate(int pasid, long address, long bytes) {
    heard.add("invalidate %d 0x%x+0x%x".formatted(pasid, address, bytes));
  }
}
