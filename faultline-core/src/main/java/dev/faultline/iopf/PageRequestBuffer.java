package dev.faultline.iopf;

import java.util.Arrays;

/// A run of page requests of one device in fixed-size records, filled by a driver and handed to
/// [FaultProducer#report] (rule Q35). Reused: [#clear], add, report, read the statuses.
///
/// Not thread-safe: one driver thread fills and reports it. No call allocates.
///
/// ```
/// word 0   free (the lane keeps a group's state here)
/// word 1   address, in bytes
/// word 2   private data, first half
/// word 3   private data, second half
/// word 4   20:0 PASID + 1, 0 = none   24:21 access   25 last   26 unrecoverable   27 out of range
///          63:32 number of the route (the engine writes it)
/// word 5   31:0 group index     63:32 requester id
/// word 6   time the engine received it, ns        (the engine writes it)
/// word 7   time the device raised it, ns; 0 = unknown
/// ```
public final class PageRequestBuffer {
  /// Words of one record.
  static final int WORDS = 8;

  static final int SHIFT = 3;
  static final int HEADER = 0;
  static final int ADDRESS = 1;
  static final int PRIVATE_0 = 2;
  static final int PRIVATE_1 = 3;
  static final int META = 4;
  static final int INDEX = 5;
  static final int RECEIVED = 6;
  static final int RAISED = 7;

  static final long PASID_MASK = (1L << Pasid.BITS + 1) - 1;
  static final int ACCESS_SHIFT = Pasid.BITS + 1;
  static final long LAST = 1L << 25;
  static final long UNRECOVERABLE = 1L << 26;
  static final long OUT_OF_RANGE = 1L << 27;
  static final int ROUTE_SHIFT = 32;

  final long[] words;
  final byte[] statuses;
  private final int capacity;
  int size;

  /// Makes an empty buffer.
  ///
  /// @param capacity the number of requests it can hold, 1 to 65,536
  public PageRequestBuffer(int capacity) {
    if (capacity < 1 || capacity > 65_536) {
      throw new IllegalArgumentException("buffer capacity " + capacity + " is not in 1..65536");
    }
    this.capacity = capacity;
    words = new long[capacity << SHIFT];
    statuses = new byte[capacity];
  }

  /// Returns how many requests it can hold.
  public int capacity() {
    return capacity;
  }

  /// Returns how many requests it holds.
  public int size() {
    return size;
  }

  /// Returns whether no further request can be added.
  public boolean isFull() {
    return size == capacity;
  }

  /// Forgets all requests and statuses.
  public void clear() {
    size = 0;
  }

  /// Adds a page request.
  ///
  /// @param requesterId PCI requester id or Arm StreamID that the record names
  /// @param pasid the PASID, or [Pasid#NONE]; another value is reported as malformed, and answered
  ///   with its low 20 bits
  /// @param groupIndex page request group index (9 bits on PCI, 16 for a stall tag)
  /// @param address the faulting byte address
  /// @param access bits of [Access]; another bit is reported as malformed
  /// @param last whether it is the group's last request
  /// @param privateData0 opaque, comes back in the response
  /// @param privateData1 opaque, comes back in the response
  /// @param raisedNs when the device raised it, on the queue's clock; 0 if unknown
  /// @throws IndexOutOfBoundsException if it is full
  public void add(
      int requesterId,
      int pasid,
      int groupIndex,
      long address,
      int access,
      boolean last,
      long privateData0,
      long privateData1,
      long raisedNs) {
    if (size == capacity) {
      throw new IndexOutOfBoundsException("page request buffer is full: " + capacity);
    }
    int at = size << SHIFT;
    long[] w = words;
    w[at + ADDRESS] = address;
    w[at + PRIVATE_0] = privateData0;
    w[at + PRIVATE_1] = privateData1;
    w[at + META] =
        (Pasid.isValid(pasid) ? pasid + 1L : (pasid & Pasid.MAX) + 1L | OUT_OF_RANGE)
            | (long) (access & Access.ALL) << ACCESS_SHIFT
            | (last ? LAST : 0)
            | ((access & ~Access.ALL) != 0 ? OUT_OF_RANGE : 0);
    w[at + INDEX] = (groupIndex & 0xffff_ffffL) | (long) requesterId << 32;
    w[at + RAISED] = raisedNs;
    size++;
  }

  /// Adds an event that is not a page request (an unrecoverable fault); reported, it is counted and
  /// handed to the listener with status [ReportStatus#UNSUPPORTED].
  ///
  /// @throws IndexOutOfBoundsException if it is full
  public void addUnrecoverable(
      int requesterId, int pasid, long address, int access, long privateData0, long privateData1) {
    add(requesterId, pasid, 0, address, access, false, privateData0, privateData1, 0);
    words[((size - 1) << SHIFT) + META] |= UNRECOVERABLE;
  }

  /// Returns what became of request `i` in the last report.
  public ReportStatus status(int i) {
    return ReportStatus.of(statuses[checkIndex(i)]);
  }

  /// Returns the byte address of request `i`.
  public long address(int i) {
    return words[(checkIndex(i) << SHIFT) + ADDRESS];
  }

  /// Returns the PASID of request `i`, or [Pasid#NONE].
  public int pasid(int i) {
    return pasidOf(words[(checkIndex(i) << SHIFT) + META]);
  }

  /// Returns the group index of request `i`.
  public int groupIndex(int i) {
    return (int) words[(checkIndex(i) << SHIFT) + INDEX];
  }

  /// Returns the requester id of request `i`.
  public int requesterId(int i) {
    return (int) (words[(checkIndex(i) << SHIFT) + INDEX] >>> 32);
  }

  /// Returns the permissions of request `i` as bits of [Access].
  public int access(int i) {
    return accessOf(words[(checkIndex(i) << SHIFT) + META]);
  }

  /// Returns whether request `i` is the last of its group.
  public boolean isLast(int i) {
    return (words[(checkIndex(i) << SHIFT) + META] & LAST) != 0;
  }

  /// Returns the first half of the private data of request `i`.
  public long privateData0(int i) {
    return words[(checkIndex(i) << SHIFT) + PRIVATE_0];
  }

  /// Returns the second half of the private data of request `i`.
  public long privateData1(int i) {
    return words[(checkIndex(i) << SHIFT) + PRIVATE_1];
  }

  static int pasidOf(long meta) {
    return (int) (meta & PASID_MASK) - 1;
  }

  static int accessOf(long meta) {
    return (int) (meta >>> ACCESS_SHIFT) & Access.ALL;
  }

  /// Copies one record word by word: a block copy of words that were written one by one a moment
  /// ago stalls the processor, which cannot forward several small stores to one large load.
  static void copyRecord(long[] from, int at, long[] to, int target) {
    long w1 = from[at + ADDRESS];
    long w2 = from[at + PRIVATE_0];
    long w3 = from[at + PRIVATE_1];
    long w4 = from[at + META];
    long w5 = from[at + INDEX];
    long w6 = from[at + RECEIVED];
    long w7 = from[at + RAISED];
    to[target + ADDRESS] = w1;
    to[target + PRIVATE_0] = w2;
    to[target + PRIVATE_1] = w3;
    to[target + META] = w4;
    to[target + INDEX] = w5;
    to[target + RECEIVED] = w6;
    to[target + RAISED] = w7;
  }

  private int checkIndex(int i) {
    if (i < 0 || i >= size) {
      throw new IndexOutOfBoundsException("request " + i + " of " + size);
    }
    return i;
  }

  @Override
  public String toString() {
    return "PageRequestBuffer[size=" + size + " capacity=" + capacity + "]";
  }

  /// Overwrites everything; for tests of pooling.
  void poison() {
    Arrays.fill(words, 0xDEAD_DEAD_DEAD_DEADL);
  }
}
