package dev.faultline.hardware;

/// An interrupt line from a hardware queue to its driver.
@FunctionalInterface
public interface Interrupt {
  /// An interrupt that nobody listens to: the driver polls.
  Interrupt NONE = () -> {};

  /// Raises the interrupt. Called by whichever device thread caused it, with no lock held; must not
  /// block and must not throw.
  void raise();
}
