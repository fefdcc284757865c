/// Reads the memory traces of real programs: valgrind lackey, `perf script` page faults,
/// `/proc/PID/maps`.
///
/// The zstd library is an automatic module, hence the suppressed warning.
@SuppressWarnings("requires-automatic")
module dev.faultline.trace {
  requires static transitive org.jspecify;
  requires aircompressor.v3;

  exports dev.faultline.trace;
}
