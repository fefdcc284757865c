package dev.faultline.trace;

/// How the threads of a `perf script` trace are put into processes, that is, address spaces.
public enum ProcessRule {
  /// By the process id where the trace has one (`-F comm,pid,tid,...`), which is exact; otherwise
  /// inferred from what the threads touch, see [TraceProcess]. An exec starts a new process.
  AUTO,

  /// Every thread id is a process of its own, and a new one after an exec. Right for
  /// single-threaded programs.
  TID,

  /// All threads with the same command name are one process, exec or not. Right for one program
  /// with many threads that all keep its name.
  COMM
}
