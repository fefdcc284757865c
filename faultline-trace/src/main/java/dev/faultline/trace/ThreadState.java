package dev.faultline.trace;

import java.util.Arrays;

/// A thread of a perf trace as it is now.
final class ThreadState {
  final int tid;
  int pid;
  byte[] comm;
  int index;
  int process;

  /// Whether the program has run, so that a fault in the kernel's program loader is a new exec.
  boolean running;

  ThreadState(int tid, int pid, byte[] comm) {
    this.tid = tid;
    this.pid = pid;
    this.comm = comm;
  }

  boolean hasComm(byte[] bytes, int from, int to) {
    return Arrays.equals(comm, 0, comm.length, bytes, from, to);
  }
}
