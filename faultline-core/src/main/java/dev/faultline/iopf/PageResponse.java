package dev.faultline.iopf;

/// One page group response, as the driver encodes it. A flyweight: valid during the call of
/// [PageResponder#respond] only; copy what you keep.
public final class PageResponse {
  int requesterId;
  int groupIndex;
  int pasid;
  int requestPasid;
  ResponseCode code = ResponseCode.INVALID;
  long address;
  long privateData0;
  long privateData1;

  PageResponse() {}

  /// Returns the requester id that faulted (PCI BDF or Arm StreamID), not the device's first one.
  public int requesterId() {
    return requesterId;
  }

  /// Returns the page request group index.
  public int groupIndex() {
    return groupIndex;
  }

  /// Returns the PASID if the request had one and the device needs it in responses, else
  /// [Pasid#NONE] (rule Q51).
  public int pasid() {
    return pasid;
  }

  /// Returns the PASID that the request carried, whatever the device needs; for IOMMUs whose
  /// response command wants it in any case.
  public int requestPasid() {
    return requestPasid;
  }

  /// Returns the answer.
  public ResponseCode code() {
    return code;
  }

  /// Returns the byte address of the group's last request.
  public long address() {
    return address;
  }

  /// Returns the first 64 bits of the last request's private data, unchanged.
  public long privateData0() {
    return privateData0;
  }

  /// Returns the second 64 bits of the last request's private data, unchanged.
  public long privateData1() {
    return privateData1;
  }

  @Override
  public String toString() {
    return "PageResponse[requesterId=0x%x pasid=%s groupIndex=%d code=%s address=0x%x]"
        .formatted(requesterId, Pasid.toText(pasid), groupIndex, code, address);
  }
}
