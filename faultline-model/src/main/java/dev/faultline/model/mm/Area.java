package dev.faultline.model.mm;

import dev.faultline.iopf.Access;

/// A run of pages with one origin and one set of permissions (a VMA).
///
/// @param start first byte, page aligned
/// @param end byte after the last, page aligned, at most 2^48
/// @param read whether the area may be read
/// @param write whether the area may be written
/// @param execute whether instructions may be fetched from the area
/// @param shared whether writes are seen by all who map it (`false`: copy-on-write)
/// @param fileBacked whether the content comes from a file (`false`: zeros)
/// @param fileOffset byte in the file at which the area starts, page aligned; 0 without a file
/// @param fileBytes length of the whole file; `Long.MAX_VALUE` if it is unknown or long enough
/// @param growsDown whether a CPU would grow the area downwards; a device never does
/// @param name what the area is, for people; may be empty
public record Area(
    long start,
    long end,
    boolean read,
    boolean write,
    boolean execute,
    boolean shared,
    boolean fileBacked,
    long fileOffset,
    long fileBytes,
    boolean growsDown,
    String name) {
  static final int PAGE_SHIFT = 12;
  static final long PAGE_BYTES = 1L << PAGE_SHIFT;
  static final long ADDRESS_END = 1L << 48;

  /// Checks the values.
  ///
  /// @throws IllegalArgumentException naming the wrong value
  public Area {
    checkRange(start, end);
    if (fileOffset < 0 || (fileOffset & (PAGE_BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          "file offset " + fileOffset + " is not a multiple of " + PAGE_BYTES + " from 0 on");
    }
    if (fileBytes < 0) {
      throw new IllegalArgumentException("file length " + fileBytes + " is negative");
    }
    if (!fileBacked && fileOffset != 0) {
      throw new IllegalArgumentException(
          "file offset " + fileOffset + " is given, but the area has no file");
    }
    if (fileOffset > Long.MAX_VALUE - (end - start)) {
      throw new IllegalArgumentException("file offset " + fileOffset + " is too large");
    }
    if (name == null) {
      throw new IllegalArgumentException("name is null");
    }
  }

  /// Returns a private area without a file.
  ///
  /// @param access bits of `dev.faultline.iopf.Access`: READ, WRITE, EXECUTE
  public static Area anonymous(long start, long end, int access) {
    checkAccess(access);
    return new Area(
        start,
        end,
        (access & Access.READ) != 0,
        (access & Access.WRITE) != 0,
        (access & Access.EXECUTE) != 0,
        false,
        false,
        0,
        Long.MAX_VALUE,
        false,
        "");
  }

  /// Returns the permissions as bits of `dev.faultline.iopf.Access`.
  public int access() {
    return (read ? Access.READ : 0) | (write ? Access.WRITE : 0) | (execute ? Access.EXECUTE : 0);
  }

  /// Returns whether the byte is in the area.
  public boolean contains(long address) {
    return address >= start && address < end;
  }

  /// The permissions in the place that they have in a [PageEntry].
  long rights() {
    return access();
  }

  /// Whether all of `need` is permitted; the privileged bit never is (rule A2).
  boolean allows(int need) {
    return (need & ~access()) == 0;
  }

  /// Whether the page is not wholly behind the end of the file (rule A5).
  boolean hasContent(long page) {
    return !fileBacked || fileOffset + (page - start) < fileBytes;
  }

  /// The part of the area between two page addresses.
  Area part(long from, long to) {
    if (from == start && to == end) {
      return this;
    }
    long offset = fileBacked ? fileOffset + (from - start) : 0;
    return new Area(
        from, to, read, write, execute, shared, fileBacked, offset, fileBytes, growsDown, name);
  }

  /// Whether the next area is this one, carried on.
  boolean continuesIn(Area next) {
    return next.start == end
        && next.access() == access()
        && next.shared == shared
        && next.fileBacked == fileBacked
        && (!fileBacked || next.fileOffset == fileOffset + (end - start))
        && next.fileBytes == fileBytes
        && next.growsDown == growsDown
        && next.name.equals(name);
  }

  Area joinedWith(Area next) {
    return new Area(
        start,
        next.end,
        read,
        write,
        execute,
        shared,
        fileBacked,
        fileOffset,
        fileBytes,
        growsDown,
        name);
  }

  Area withRights(int access) {
    if (access == access()) {
      return this;
    }
    return new Area(
        start,
        end,
        (access & Access.READ) != 0,
        (access & Access.WRITE) != 0,
        (access & Access.EXECUTE) != 0,
        shared,
        fileBacked,
        fileOffset,
        fileBytes,
        growsDown,
        name);
  }

  static void checkRange(long start, long end) {
    if ((start & (PAGE_BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          "start 0x" + Long.toHexString(start) + " is not a multiple of " + PAGE_BYTES);
    }
    if ((end & (PAGE_BYTES - 1)) != 0) {
      throw new IllegalArgumentException(
          "end 0x" + Long.toHexString(end) + " is not a multiple of " + PAGE_BYTES);
    }
    if (start < 0 || start >= ADDRESS_END) {
      throw new IllegalArgumentException(
          "start 0x" + Long.toHexString(start) + " is not below 2^48");
    }
    if (end < 0 || end > ADDRESS_END) {
      throw new IllegalArgumentException("end 0x" + Long.toHexString(end) + " is above 2^48");
    }
    if (end <= start) {
      throw new IllegalArgumentException(
          "end 0x" + Long.toHexString(end) + " is not above start 0x" + Long.toHexString(start));
    }
  }

  static void checkAccess(int access) {
    if ((access & ~(Access.READ | Access.WRITE | Access.EXECUTE)) != 0) {
      throw new IllegalArgumentException(
          "access 0x"
              + Integer.toHexString(access)
              + " has bits other than READ, WRITE and EXECUTE");
    }
  }

  /// Returns the area as a line: range, permissions, name.
  @Override
  public String toString() {
    return "0x"
        + Long.toHexString(start)
        + "-0x"
        + Long.toHexString(end)
        + " "
        + (read ? 'r' : '-')
        + (write ? 'w' : '-')
        + (execute ? 'x' : '-')
        + (shared ? 's' : 'p')
        + (name.isEmpty() ? "" : " " + name);
  }
}
