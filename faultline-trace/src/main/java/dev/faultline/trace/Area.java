package dev.faultline.trace;

/// A range of addresses with the same rights: what the kernel calls a virtual memory area.
///
/// @param start the first address
/// @param endExclusive the first address behind it, unsigned
/// @param read whether it may be read
/// @param write whether it may be written
/// @param execute whether instructions may be fetched from it
/// @param shared whether writes reach other processes, as opposed to copy-on-write
/// @param offset where it begins in its file, in bytes
/// @param path the file or the kernel's name (`[heap]`) as the kernel prints it, `(deleted)`
///   included; empty for anonymous memory and for areas derived from a trace
/// @param fileBacked whether its pages come from a file in a file system
/// @param growsDown whether a fault just below extends it, as for a stack
public record Area(
    long start,
    long endExclusive,
    boolean read,
    boolean write,
    boolean execute,
    boolean shared,
    long offset,
    String path,
    boolean fileBacked,
    boolean growsDown) {

  /// Its length in bytes.
  public long bytes() {
    return endExclusive - start;
  }

  /// Whether an address lies in it.
  public boolean contains(long address) {
    return Long.compareUnsigned(address, start) >= 0
        && Long.compareUnsigned(address, endExclusive) < 0;
  }

  /// Returns this area with the rights that accesses of these kinds need in addition to its own.
  Area widened(int kinds) {
    return new Area(
        start,
        endExclusive,
        read || (kinds & AccessBatch.READ) != 0,
        write || (kinds & AccessBatch.WRITE) != 0,
        execute || (kinds & AccessBatch.EXECUTE) != 0,
        shared,
        offset,
        path,
        fileBacked,
        growsDown);
  }

  /// Returns this area as one that grows down.
  Area growing() {
    return new Area(
        start, endExclusive, read, write, execute, shared, offset, path, fileBacked, true);
  }

  /// The form of `/proc/PID/maps`, without device and inode.
  @Override
  public String toString() {
    return "%08x-%08x %c%c%c%c %08x%s"
        .formatted(
            start,
            endExclusive,
            read ? 'r' : '-',
            write ? 'w' : '-',
            execute ? 'x' : '-',
            shared ? 's' : 'p',
            offset,
            path.isEmpty() ? "" : " " + path);
  }
}
