/// Benchmarks of the engine's parts, in the engine's package since the parts are not public; see
/// the package `dev.faultline.benchmarks` for how to run them.
package dev.faultline.iopf;
