/// Hardware page request queues: record formats, rings, the drivers that read them, and the command
/// queues that carry the answers back.
module dev.faultline.hardware {
  requires transitive dev.faultline.core;
  requires static org.jspecify;

  exports dev.faultline.hardware;
  exports dev.faultline.hardware.vtd;
}
