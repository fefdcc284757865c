package dev.faultline.iopf;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// An endpoint that issues page requests, as its driver describes it: a name, the way to answer,
/// and the handlers of its PASIDs.
///
/// Lives as long as the driver keeps it; attached to at most one fault queue at a time
/// ([FaultQueue#addDevice]). Its routes are its own, so attaching, setting handlers and binding may
/// come in any order (rule Q11). Thread-safe.
public final class FaultDevice {
  private final String name;
  private final PageResponder responder;
  private final boolean responseNeedsPasid;
  private final FaultRoutes routes = new FaultRoutes();
  private final AtomicReference<@Nullable FaultProducer> attachment = new AtomicReference<>();

  /// Describes a device.
  ///
  /// @param name for messages and statistics, for example `0000:01:00.0`
  /// @param responder sends the device's responses
  /// @param responseNeedsPasid whether responses to requests with a PASID carry it: PCI's "PRG
  ///   Response PASID Required", a property of the device, not of the request (lesson L15)
  public FaultDevice(String name, PageResponder responder, boolean responseNeedsPasid) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("device name is empty");
    }
    this.name = name;
    this.responder = java.util.Objects.requireNonNull(responder, "responder");
    this.responseNeedsPasid = responseNeedsPasid;
  }

  /// Returns the device's name.
  public String name() {
    return name;
  }

  /// Returns whether responses to requests with a PASID carry it.
  public boolean responseNeedsPasid() {
    return responseNeedsPasid;
  }

  /// Returns the device's handlers by PASID.
  public FaultRoutes routes() {
    return routes;
  }

  /// Returns the device's present attachment, or null.
  public @Nullable FaultProducer producer() {
    return attachment.get();
  }

  PageResponder responder() {
    return responder;
  }

  /// Makes `producer` the attachment if there is none.
  ///
  /// @return the attachment that is in the way, or null
  @Nullable FaultProducer attach(FaultProducer producer) {
    return attachment.compareAndExchange(null, producer);
  }

  void detach(FaultProducer producer) {
    attachment.compareAndSet(producer, null);
  }

  @Override
  public String toString() {
    return "FaultDevice[" + name + "]";
  }
}
