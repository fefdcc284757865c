package dev.faultline.trace;

import java.util.List;

/// Parses `perf script` of page-fault events; the forms of a line are in [PerfLine].
///
/// A fault becomes one access of size 1: READ and EXECUTE for an instruction fetch, WRITE for a
/// write, READ otherwise.
final class PerfParser implements TraceParser {
  private static final String EXPECTED =
      "a page fault looks like \"comm 123 [000] 4.567890: exceptions:page_fault_user:"
          + " address=0x7f0000001000 ip=0x401000 error_code=0x6\"";

  private final LineTally tally;
  private final PerfLine line;
  private final ProcessMap processes;

  /// Makes a parser.
  ///
  /// @param samples whether software events count as faults
  PerfParser(LineTally tally, ProcessRule rule, boolean samples) {
    this.tally = tally;
    this.line = new PerfLine(tally, samples);
    this.processes = new ProcessMap(rule);
  }

  @Override
  public void parse(LineBuffer lines, AccessBatch batch) throws TraceException {
    byte[] bytes = lines.bytes;
    while (lines.position < lines.limit && batch.count < batch.capacity()) {
      int from = lines.position;
      int to = ByteText.find(bytes, from, lines.limit, '\n');
      lines.position = to + 1;
      switch (line.parse(bytes, from, to)) {
        case FAULT -> append(bytes, batch);
        case SKIPPED -> tally.skip(line.skipReason);
        case BROKEN -> tally.broken(bytes, from, to, line.problem, EXPECTED);
      }
    }
  }

  private void append(byte[] bytes, AccessBatch batch) {
    int index = batch.count++;
    batch.addresses[index] = line.address;
    batch.sizes[index] = 1;
    batch.kinds[index] = (byte) line.kinds;
    batch.flags[index] = (byte) line.flags;
    batch.timesNs[index] = line.head.timeNs;
    batch.threads[index] = processes.threadOf(bytes, line);
    tally.accesses++;
  }

  @Override
  public String adviceWithoutAccess() {
    return "record with perf record -e exceptions:page_fault_user -e exceptions:page_fault_kernel"
        + " and print with perf script -F comm,pid,tid,time,event,trace";
  }

  @Override
  public List<TraceThread> threads() {
    return processes.threads();
  }

  @Override
  public List<TraceProcess> processes() {
    return processes.processes();
  }
}
