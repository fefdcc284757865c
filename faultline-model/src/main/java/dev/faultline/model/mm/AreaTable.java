package dev.faultline.model.mm;

/// The place where the current areas are published.
final class AreaTable {
  volatile AreaMap current = AreaMap.EMPTY;
}
