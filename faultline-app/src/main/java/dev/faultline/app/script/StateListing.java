package dev.faultline.app.script;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.OpenGroup;
import dev.faultline.iopf.Pasid;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Prints what the event `state` shows; its format is fixed.
final class StateListing {
  private final ScriptOutput out;

  StateListing(ScriptOutput out) {
    this.out = out;
  }

  void print(Map<String, FaultQueue> queues, Map<String, ScriptDevice> devices) {
    queues.forEach((name, queue) ->
        out.line(
            "state queue %s %s devices=%s",
            name, queue.isClosed() ? "closed" : "open", names(queue)));
    devices.forEach(this::device);
  }

  /// Returns the names of a queue's devices, or `-`.
  static String names(FaultQueue queue) {
    String names =
        queue.producers().stream()
            .map(producer -> producer.device().name())
            .collect(Collectors.joining(","));
    return names.isEmpty() ? "-" : names;
  }

  private void device(String name, ScriptDevice device) {
    FaultProducer producer = device.producer();
    out.line("state device %s queue=%s", name, producer == null ? "-" : producer.queue().name());
    for (Event.Request request : device.hardware()) {
      out.line(
          "state hw %s pasid=%s grp=%s addr=0x%x perm=%s last=%d",
          name,
          Pasid.toText(request.pasid()),
          Integer.toUnsignedString(request.group()),
          request.address(),
          Access.toText(request.access()),
          request.last() ? 1 : 0);
    }
    if (producer != null) {
      producer.pendingPartials().forEach(partial -> open("partial " + name, partial, ""));
      producer
          .openGroups()
          .forEach(group ->
              open(
                  "group " + name,
                  group,
                  " requests=%d state=%s"
                      .formatted(group.requests(), group.state().toLowerCase(Locale.ROOT))));
    }
  }

  private void open(String what, OpenGroup group, String more) {
    out.line(
        "state %s pasid=%s grp=%s addr=0x%x perm=%s%s",
        what,
        Pasid.toText(group.pasid()),
        Integer.toUnsignedString(group.groupIndex()),
        group.address(),
        Access.toText(group.access()),
        more);
  }
}
