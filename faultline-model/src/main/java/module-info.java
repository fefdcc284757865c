/// Models of what surrounds the fault engine: address spaces, IOMMUs, devices.
module dev.faultline.model {
  requires transitive dev.faultline.core;
  requires transitive dev.faultline.hardware;
  requires static org.jspecify;

  exports dev.faultline.model.device;
  exports dev.faultline.model.iommu;
  exports dev.faultline.model.mm;
  exports dev.faultline.model.world;
}
