/// The I/O page fault engine: fault queues, producers, page request groups, routing, answers,
/// flush.
///
/// No dependency beyond the JDK (`org.jspecify` is needed to compile only).
module dev.faultline.core {
  requires static transitive org.jspecify;

  exports dev.faultline.iopf;
}
