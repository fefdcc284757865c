package dev.faultline.app.script;

import dev.faultline.iopf.FaultProducer;
import dev.faultline.iopf.FaultQueue;
import dev.faultline.iopf.FaultQueueConfig;
import dev.faultline.iopf.FaultWorkers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs a script over the real engine: a virtual clock, and one worker that runs between events
/// only.
final class ScriptRunner {
  private static final String OK = "ok";
  private static final String REFUSED = "refused";
  private static final String NOT_ATTACHED = "not_attached";
  private static final long EVENT_NS = 1_000;

  private final ScriptOutput out;
  private final ScriptHandler handler;
  private final Map<String, FaultQueue> queues = new LinkedHashMap<>();
  private final Map<String, ScriptDevice> devices = new LinkedHashMap<>();
  private final List<FaultQueue> everOpened = new ArrayList<>();
  private long nowNs;
  private boolean paused;

  ScriptRunner(ScriptOutput out) {
    this.out = out;
    handler = new ScriptHandler(out);
  }

  /// Runs all events.
  ///
  /// @return sums of the engine that do not hold at the end, in words
  List<String> run(List<Event.Numbered> events) {
    for (Event.Numbered numbered : events) {
      nowNs += EVENT_NS;
      String status;
      try {
        status = perform(numbered.event());
      } catch (IllegalStateException | IllegalArgumentException e) {
        out.reason(numbered.line(), String.valueOf(e.getMessage()));
        status = REFUSED;
      }
      runWorkers();
      out.line("ret %s %s", numbered.words(), status);
    }
    out.mute();
    List<String> violations = new ArrayList<>();
    for (FaultQueue queue : everOpened) {
      queue.close();
      String imbalance = queue.statistics().imbalance();
      if (!imbalance.isEmpty()) {
        violations.add(imbalance);
      }
    }
    return violations;
  }

  private void runWorkers() {
    int groups = 1;
    while (!paused && groups > 0) {
      groups = 0;
      for (FaultQueue queue : queues.values()) {
        groups += queue.step(0, Integer.MAX_VALUE);
      }
    }
  }

  private String perform(Event event) {
    return switch (event) {
      case Event.Alloc(String queue) -> alloc(queue);
      case Event.Close(String queue) -> {
        queue(queue).close();
        yield OK;
      }
      case Event.Free(String queue) -> free(queue);
      case Event.Add(String queue, String device) -> {
        device(device).attach(queue(queue));
        yield OK;
      }
      case Event.Remove(String device) -> {
        FaultProducer producer = device(device).producer();
        if (producer != null) {
          producer.remove();
        }
        yield OK;
      }
      case Event.Report(Event.Request request) ->
          ScriptOutput.text(device(request.device()).report(request));
      case Event.Hardware(Event.Request request) -> {
        device(request.device()).hardware().add(request);
        yield OK;
      }
      case Event.Flush(String device, int scope) -> flush(device(device), scope);
      case Event.Discard(String queue) -> {
        queue(queue).discardPartials();
        yield OK;
      }
      case Event.Reset(String device) -> reset(device(device));
      case Event.AddRule(Event.Rule rule) -> {
        handler.add(rule);
        yield OK;
      }
      case Event.Pause() -> {
        paused = true;
        yield OK;
      }
      case Event.Resume() -> {
        paused = false;
        yield OK;
      }
      case Event.State() -> {
        new StateListing(out).print(queues, devices);
        yield OK;
      }
    };
  }

  private String alloc(String name) {
    FaultQueue old = queues.get(name);
    if (old != null && !old.isClosed()) {
      throw new IllegalStateException("queue " + name + " is open");
    }
    FaultQueue queue =
        FaultQueue.open(
            FaultQueueConfig.builder(name)
                .workers(FaultWorkers.stepped(1))
                .clock(() -> nowNs)
                .maxRepeats(0)
                .timeEveryGroup(true)
                .logLinesPerSecond(0)
                .build());
    queues.remove(name);
    queues.put(name, queue);
    everOpened.add(queue);
    return OK;
  }

  private String free(String name) {
    FaultQueue queue = queue(name);
    if (!queue.closeIfUnused()) {
      throw new IllegalStateException(
          "queue " + name + " has devices: " + StateListing.names(queue));
    }
    return OK;
  }

  private static String flush(ScriptDevice device, int scope) {
    FaultProducer producer = device.producer();
    if (producer == null) {
      return NOT_ATTACHED;
    }
    producer.flush(scope);
    return OK;
  }

  private static String reset(ScriptDevice device) {
    FaultProducer producer = device.producer();
    if (producer == null) {
      return NOT_ATTACHED;
    }
    producer.reset();
    return OK;
  }

  private FaultQueue queue(String name) {
    FaultQueue queue = queues.get(name);
    if (queue == null) {
      throw new IllegalStateException("there is no queue " + name);
    }
    return queue;
  }

  private ScriptDevice device(String name) {
    return devices.computeIfAbsent(
        name, key -> new ScriptDevice(key, devices.size() + 1, handler, out));
  }
}
