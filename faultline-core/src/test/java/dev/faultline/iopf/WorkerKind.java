package dev.faultline.iopf;

/// The ways to run groups; most scenarios must come out the same in all of them.
enum WorkerKind {
  ONE_THREAD(FaultWorkers.threads(1)),
  TWO_THREADS(FaultWorkers.threads(2)),
  CALLER(FaultWorkers.caller()),
  STEPPED(FaultWorkers.stepped(2));

  final FaultWorkers workers;

  WorkerKind(FaultWorkers workers) {
    this.workers = workers;
  }
}
