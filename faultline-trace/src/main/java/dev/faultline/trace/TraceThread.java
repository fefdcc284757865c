package dev.faultline.trace;

/// A thread of the traced program: the device of a replay.
///
/// An exec ends one thread of the trace and begins another: the thread id stays, the address space
/// does not.
///
/// @param index position in [TraceReader#threads()], what [AccessBatch#thread(int)] holds
/// @param tid thread id, -1 if the trace does not say
/// @param pid process id, -1 if the trace does not say
/// @param process index of the address space in [TraceReader#processes()]
/// @param comm command name, the latest if the thread was renamed; empty if the trace does not say
public record TraceThread(int index, int tid, int pid, int process, String comm) {}
