package dev.faultline.trace;

/// How a trace file is packed; found by the file's first bytes, not by its name.
public enum Compression {
  /// Not packed.
  PLAIN,

  /// gzip (RFC 1952), of one member or several.
  GZIP,

  /// Zstandard (RFC 8878), of one frame or several.
  ZSTD
}
