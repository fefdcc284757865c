/// What the engine costs, and what it could cost at best.
///
/// Everything that needs only the engine's public face is here; what looks inside is in the package
/// `dev.faultline.iopf` of this module. Run:
///
/// ```
/// cd faultline-benchmarks/target
/// java -jar benchmarks.jar -prof gc                           everything: hours
/// java -jar benchmarks.jar -prof gc EngineBenchmark -p groupSize=4 -p reportBatch=16 \
///     -p workers=1 -p devices=1 -p backlog=0                  one case
/// java -jar benchmarks.jar -prof gc HandOverBaseline          the limit
/// java -jar benchmarks.jar -prof gc PartialTable
/// java -jar benchmarks.jar -prof gc RouteLookup               needs 3 GB
/// java -jar benchmarks.jar -prof gc ReportOnly
/// ```
///
/// and from the project's folder, for the engine beside its C twin:
///
/// ```
/// java -cp faultline-benchmarks/target/benchmarks.jar dev.faultline.benchmarks.SideBySide
/// ```
///
/// Scores are nanoseconds for one fault (one page request), unless a benchmark says otherwise. With
/// `-prof gc` the line `gc.alloc.rate.norm` is bytes for one fault, of all threads.
///
/// | class | question |
/// |---|---|
/// | `EngineBenchmark` | what does a fault cost from the driver's record to the answer? |
/// | `HandOverBaseline` | what does it cost to hand 64 bytes to another thread, and nothing else? |
/// | `ReportOnlyBenchmark` | what of it does the reporting driver pay? |
/// | `PartialTableBenchmark` | what does it cost to assemble a group while others are pending? |
/// | `RouteLookupBenchmark` | does the number of bound PASIDs matter? |
/// | `SideBySide` | how does the classic list-based queue do on this machine, this minute? |
package dev.faultline.benchmarks;
