package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;

/// Page requests of one device, put together call by call and then reported.
final class Requests {
  private static final int CAPACITY = 4096;
  static final int REQUESTER = 0x0100;

  private record Request(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long privateData0,
      long privateData1,
      long raisedNs,
      boolean unrecoverable) {}

  private final FakeDevice device;
  private final List<Request> requests = new ArrayList<>();

  Requests(FakeDevice device) {
    this.device = device;
  }

  Requests part(int pasid, int groupIndex, long address) {
    return part(pasid, groupIndex, address, Access.READ);
  }

  Requests part(int pasid, int groupIndex, long address, int access) {
    return add(REQUESTER, pasid, groupIndex, address, access, false, 0, 0, 0);
  }

  Requests last(int pasid, int groupIndex, long address) {
    return last(pasid, groupIndex, address, Access.READ);
  }

  Requests last(int pasid, int groupIndex, long address, int access) {
    return add(REQUESTER, pasid, groupIndex, address, access, true, 0, 0, 0);
  }

  Requests add(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long privateData0,
      long privateData1,
      long raisedNs) {
    requests.add(
        new Request(
            requesterId,
            pasid,
            groupIndex,
            address,
            access,
            last,
            privateData0,
            privateData1,
            raisedNs,
            false));
    return this;
  }

  Requests unrecoverable(int pasid, long address) {
    requests.add(new Request(REQUESTER, pasid, 0, address, Access.READ, false, 0, 0, 0, true));
    return this;
  }

  int size() {
    return requests.size();
  }

  /// Reports all in one batch.
  List<ReportStatus> report() {
    return report(device.producer());
  }

  /// Reports all in one batch through a certain attachment.
  List<ReportStatus> report(FaultProducer producer) {
    List<ReportStatus> statuses = new ArrayList<>();
    for (int from = 0; from < requests.size(); from += CAPACITY) {
      statuses.addAll(
          report(producer, requests.subList(from, Math.min(requests.size(), from + CAPACITY))));
    }
    return statuses;
  }

  /// Reports each in a batch of its own.
  List<ReportStatus> reportOneByOne() {
    List<ReportStatus> statuses = new ArrayList<>();
    for (Request request : requests) {
      statuses.addAll(report(device.producer(), List.of(request)));
    }
    return statuses;
  }

  /// Puts all into a buffer without reporting it.
  PageRequestBuffer toBuffer() {
    return toBuffer(requests);
  }

  private static PageRequestBuffer toBuffer(List<Request> run) {
    PageRequestBuffer buffer = new PageRequestBuffer(Math.max(1, run.size()));
    for (Request r : run) {
      if (r.unrecoverable) {
        buffer.addUnrecoverable(
            r.requesterId, r.pasid, r.address, r.access, r.privateData0, r.privateData1);
      } else {
        buffer.add(
            r.requesterId,
            r.pasid,
            r.groupIndex,
            r.address,
            r.access,
            r.last,
            r.privateData0,
            r.privateData1,
            r.raisedNs);
      }
    }
    return buffer;
  }

  private List<ReportStatus> report(FaultProducer producer, List<Request> run) {
    PageRequestBuffer buffer = toBuffer(run);
    producer.report(buffer);
    List<ReportStatus> statuses = new ArrayList<>();
    for (int i = 0; i < buffer.size(); i++) {
      ReportStatus status = buffer.status(i);
      statuses.add(status);
      if (buffer.isLast(i) && (status == ReportStatus.QUEUED || status.answersLast())) {
        device.owe(buffer.groupIndex(i));
      }
    }
    return statuses;
  }
}
