/// Memory traces of real programs, read as a stream of accesses.
///
/// ```
/// file or pipe -> RawInput -> plain / gzip / zstd -> LineBuffer -> LackeyParser ---+
///                                                         |                        v
///                                                         +-----> PerfParser -> AccessBatch
///                                                                     |
///                                                                 ProcessMap (who shares memory)
/// ```
///
/// Start reading at [TraceReader]. One thread pulls batches; bytes are parsed where they lie, so
/// reading costs no allocation per line and a constant amount of memory, however long the trace.
/// What a line means is in [LackeyParser] and [PerfParser], what becomes of lines that are no
/// access in [SkipReason]. The areas of a process come from [MapsFile], or from the trace itself
/// through [TraceSurvey] and [AreaRecorder].
///
/// Every error is a [TraceException] that names the file, the line, the offending text, and what
/// would be right. Addresses are unsigned 64-bit numbers in a `long`.
@NullMarked
package dev.faultline.trace;

import org.jspecify.annotations.NullMarked;
