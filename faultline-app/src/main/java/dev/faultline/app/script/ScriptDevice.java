package dev.faultline.app.script;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultDevice;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.LowLevelQueue;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ReportStatus;
import dev.faultline.iopf.ResponseCode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One device of a script with its driver: the low-level queue, and the answers that are the
/// driver's to give.
final class ScriptDevice implements LowLevelQueue {
  private final int requesterId;
  private final ScriptOutput out;
  private final FaultDevice device;
  private final List<Event.Request> hardware = new ArrayList<>();
  private @Nullable FaultProducer latest;

  ScriptDevice(String name, int requesterId, ScriptHandler handler, ScriptOutput out) {
    this.requesterId = requesterId;
    this.out = out;
    device =
        new FaultDevice(
            name,
            response -> {
              out.response(name, response);
              return true;
            },
            true);
    device.routes().set(Pasid.NONE, handler);
    device.routes().setUnknownToDefault(true);
  }

  FaultDevice device() {
    return device;
  }

  /// Returns the present attachment, or null.
  @Nullable FaultProducer producer() {
    return device.producer();
  }

  /// Returns what lies in the low-level queue, in order.
  List<Event.Request> hardware() {
    return hardware;
  }

  void attach(FaultQueue queue) {
    latest = queue.addDevice(device, this);
  }

  /// Reports one request as a driver does; answers it if nobody else will.
  ReportStatus report(Event.Request request) {
    FaultProducer producer = latest;
    if (producer == null) {
      answerUnlessAttached(request);
      return ReportStatus.NOT_ATTACHED;
    }
    return report(producer, request);
  }

  private ReportStatus report(FaultProducer producer, Event.Request request) {
    PageRequestBuffer buffer = new PageRequestBuffer(1);
    if (request.recoverable()) {
      buffer.add(
          requesterId,
          request.pasid(),
          request.group(),
          request.address(),
          request.access(),
          request.last(),
          request.private0(),
          request.private1(),
          0);
    } else {
      buffer.addUnrecoverable(
          requesterId,
          request.pasid(),
          request.address(),
          request.access(),
          request.private0(),
          request.private1());
    }
    producer.report(buffer);
    ReportStatus status = buffer.status(0);
    if (status == ReportStatus.NOT_ATTACHED) {
      answerUnlessAttached(request);
    }
    return status;
  }

  /// The table of `ReportStatus`: a last request that finds no attachment is the driver's to
  /// answer.
  private void answerUnlessAttached(Event.Request request) {
    boolean stopMarker =
        request.pasid() != Pasid.NONE && (request.access() & (Access.READ | Access.WRITE)) == 0;
    if (request.last() && request.recoverable() && !stopMarker) {
      int pasid = request.pasid() == Pasid.NONE ? Pasid.NONE : request.pasid() & Pasid.MAX;
      out.response(
          device.name(),
          pasid,
          request.group(),
          request.address(),
          ResponseCode.INVALID,
          request.private0(),
          request.private1());
    }
  }

  /// Reports what the low-level queue holds for the scope; the rest keeps its order.
  @Override
  public void flush(FaultProducer producer, int scope) {
    List<Event.Request> found = new ArrayList<>();
    for (Iterator<Event.Request> all = hardware.iterator(); all.hasNext(); ) {
      Event.Request request = all.next();
      if (scope == Pasid.ALL || request.pasid() == scope) {
        all.remove();
        found.add(request);
      }
    }
    found.forEach(request -> report(producer, request));
  }
}
