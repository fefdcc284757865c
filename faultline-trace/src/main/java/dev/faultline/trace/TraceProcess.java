package dev.faultline.trace;

/// An address space of the traced program.
///
/// With process ids in a `perf script` trace (`-F comm,pid,tid,...`) processes are exact. With
/// thread ids only they are inferred while reading: a thread seen for the first time joins a
/// process with the same command name if its first fault lies where that process has been before.
/// Address space randomisation puts processes apart, threads share their layout, and a forked child
/// gives itself away by faulting again on what its parent had.
///
/// What cannot be told this way: whether a thread that begins after a fork belongs to the parent or
/// to the child; processes of the same name that run without randomisation (`setarch -R`); and
/// threads of a process that was already running when the recording began, as long as they work far
/// from everything else it was seen to touch.
///
/// @param index position in [TraceReader#processes()]
/// @param pid process id, -1 if the trace does not say
/// @param comm command name when the process was first seen; empty if the trace does not say
/// @param origin why the reader took it for a process of its own
public record TraceProcess(int index, int pid, String comm, Origin origin) {

  /// Why there is a new address space.
  public enum Origin {
    /// The trace says so: another process id, or another valgrind banner.
    STATED,

    /// Inferred: the first fault of a thread lay in no known process.
    APART,

    /// Inferred: a known thread came back with another name, or through the kernel's program
    /// loader, in another layout.
    EXEC,

    /// Inferred: the first fault of a thread broke copy-on-write of a page that the process of the
    /// same name had written before.
    FORK,

    /// Asked for by [ProcessRule#TID] or [ProcessRule#COMM].
    RULE
  }
}
