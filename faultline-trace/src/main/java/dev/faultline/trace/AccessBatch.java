package dev.faultline.trace;

/// A run of memory accesses in primitive arrays: filled by [TraceReader#read], read by one thread.
///
/// An access keeps its address and its size in bytes, also when it crosses a page: split it with
/// [#firstPage] and [#lastPage]. The accesses of perf traces have size 1, since a fault says where
/// it happened and not how wide the instruction was.
public final class AccessBatch {
  /// Kind bit: the program read.
  public static final int READ = 1;

  /// Kind bit: the program wrote.
  public static final int WRITE = 1 << 1;

  /// Kind bit: the program fetched an instruction; always together with [#READ].
  public static final int EXECUTE = 1 << 2;

  /// Flag bit: the page was present and the permission was missing (copy-on-write, for the most).
  public static final int PROTECTION = 1;

  /// Flag bit: the kernel touched the user page for the program (a system call, an exec). It is an
  /// ordinary access to a user page, not a privileged one.
  public static final int KERNEL = 1 << 1;

  /// Flag bit: the trace does not say what kind of access it was; the kind is set to [#READ].
  public static final int KIND_UNKNOWN = 1 << 2;

  /// The time of an access in a trace without times.
  public static final long NO_TIME = -1;

  final long[] addresses;
  final int[] sizes;
  final byte[] kinds;
  final byte[] flags;
  final int[] threads;
  final long[] timesNs;
  int count;

  /// Makes an empty batch for up to `capacity` accesses (26 bytes each).
  ///
  /// @throws IllegalArgumentException if the capacity is not positive
  public AccessBatch(int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException(
          "batch capacity is " + capacity + "; at least 1 is needed");
    }
    addresses = new long[capacity];
    sizes = new int[capacity];
    kinds = new byte[capacity];
    flags = new byte[capacity];
    threads = new int[capacity];
    timesNs = new long[capacity];
  }

  /// The most accesses that fit.
  public int capacity() {
    return addresses.length;
  }

  /// The number of accesses held; valid indexes are 0 to `count() - 1`.
  public int count() {
    return count;
  }

  /// The first byte touched.
  public long address(int index) {
    return addresses[index];
  }

  /// The number of bytes touched, at least 1.
  public int size(int index) {
    return sizes[index];
  }

  /// Bits of [#READ], [#WRITE] and [#EXECUTE]; read and write together is one access that modifies.
  public int kinds(int index) {
    return kinds[index];
  }

  /// Bits of [#PROTECTION], [#KERNEL] and [#KIND_UNKNOWN].
  public int flags(int index) {
    return flags[index];
  }

  /// The index of the thread in [TraceReader#threads()].
  public int thread(int index) {
    return threads[index];
  }

  /// The time in nanoseconds on the trace's own clock, or [#NO_TIME].
  public long timeNs(int index) {
    return timesNs[index];
  }

  /// The number of the page of `1 << pageShift` bytes that holds the first byte.
  public long firstPage(int index, int pageShift) {
    return addresses[index] >>> pageShift;
  }

  /// The number of the page that holds the last byte: [#firstPage] unless the access crosses.
  public long lastPage(int index, int pageShift) {
    return (addresses[index] + sizes[index] - 1) >>> pageShift;
  }
}
