package dev.faultline.iopf;

import org.jspecify.annotations.Nullable;

/// The fields of a producer that change with every report; all under the producer's lock.
///
/// They are a class of their own for the sake of the processor's cache: a superclass lies before
/// its subclass in memory, and the room behind these fields keeps the line that the reporter writes
/// for every group away from the lines that the workers read for every group.
abstract sealed class ReporterState permits FaultProducer {
  static final int ATTACHED = 0;
  static final int RESETTING = 1;
  static final int DETACHED = 2;

  int attachment = ATTACHED;
  int quota;

  /// The smaller of quota and limit of the device.
  int openLimit;

  long maxOpenGroups;

  // The route that was found last, and the state of the routes when it was.
  @Nullable Route lastRoute;
  int lastRoutePasid;
  int lastRouteVersion;

  // Of the batch that is being reported: time, counts.
  long batchNowNs;
  boolean batchAfterwards;
  boolean batchDirect;
  int requests;
  int grouped;
  int groups;

  // Which groups are timed.
  int sampleEvery = 1;
  int sampleCountdown;
  long lastSampleNs;

  @Nullable WorkerContext inlineContext;

  /// Whether a thread is inside the inline context: taken under the lock, given back with release.
  @SuppressWarnings("unused") // through a VarHandle too
  volatile boolean inlineBusy;

  @SuppressWarnings("unused") // room
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
}
