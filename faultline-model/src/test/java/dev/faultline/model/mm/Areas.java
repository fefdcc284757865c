package dev.faultline.model.mm;

import dev.faultline.iopf.Access;

/// Short forms for tests.
final class Areas {
  private Areas() {}

  /// Returns an area of a file.
  static Area file(
      long start, long end, int rights, boolean shared, String name, long offset, long length) {
    return new Area(
        start,
        end,
        (rights & Access.READ) != 0,
        (rights & Access.WRITE) != 0,
        (rights & Access.EXECUTE) != 0,
        shared,
        true,
        offset,
        length,
        false,
        name);
  }
}
