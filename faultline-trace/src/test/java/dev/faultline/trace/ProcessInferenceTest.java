package dev.faultline.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.trace.TraceProcess.Origin;
import dev.faultline.trace.Traces.Whole;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the reader makes of thread ids without process ids, and with them.
class ProcessInferenceTest {
  private static final String LIBC = "0x7f4eb5c00";
  private static final String OTHER_LIBC = "0x7fb864f20";

  @Test
  void aThreadWithItsProcesssNameAndCodeJoinsIt() throws Exception {
    Whole trace =
        Traces.read(user("sort", 10, LIBC + "b70", 4) + user("sort", 11, LIBC + "c70", 4));

    assertThat(trace.threads()).hasSize(2);
    assertThat(trace.processes()).hasSize(1);
  }

  @Test
  void theSameNameInAnotherLayoutIsAnotherProcess() throws Exception {
    Whole trace =
        Traces.read(user("cc1", 10, LIBC + "b70", 4) + user("cc1", 11, OTHER_LIBC + "b70", 4));

    assertThat(trace.processes()).hasSize(2);
    assertThat(trace.processes().get(1).origin()).isEqualTo(Origin.APART);
  }

  @Test
  void aThreadThatNamedItselfFirstJoinsWhereItsCodeRan() throws Exception {
    Whole trace =
        Traces.read(
            user("java", 10, "0x7f1100001000", LIBC + "b70", 4)
                + user("GC Thread#0", 11, "0x6876b2020", LIBC + "b99", 6)
                + user("other", 12, "0x7f1100002000", OTHER_LIBC + "b99", 6));

    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 1);
  }

  @Test
  void aKnownThreadWithAnotherNameInTheSameLayoutWasRenamed() throws Exception {
    Whole trace =
        Traces.read(user("tool", 10, LIBC + "b70", 4) + user("worker: 1", 10, LIBC + "f00", 6));

    assertThat(trace.processes()).hasSize(1);
    assertThat(trace.threads()).containsExactly(new TraceThread(0, 10, -1, 0, "worker: 1"));
  }

  @Test
  void aKnownThreadWithAnotherNameInAnotherLayoutIsAnExec() throws Exception {
    Whole trace =
        Traces.read(user("gcc", 10, LIBC + "b70", 4) + user("cc1", 10, OTHER_LIBC + "b70", 0x14));

    assertThat(trace.threads())
        .containsExactly(
            new TraceThread(0, 10, -1, 0, "gcc"), new TraceThread(1, 10, -1, 1, "cc1"));
    assertThat(trace.processes().get(1).origin()).isEqualTo(Origin.EXEC);
  }

  @Test
  void theKernelsProgramLoaderIsAnExecEvenUnderTheSameNameAndAddress() throws Exception {
    Whole trace =
        Traces.read(
            kernel("sh", 10, "0x53d108", "elf_load", 2)
                + kernel("sh", 10, LIBC + "110", "elf_load", 2)
                + user("sh", 10, "0x4366d0", 0x14)
                + kernel("sh", 10, "0x53d108", "elf_load", 2)
                + kernel("sh", 10, OTHER_LIBC + "110", "elf_load", 2)
                + user("sh", 10, "0x4366d0", 0x14));

    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 0, 1, 1, 1);
  }

  @Test
  void aChildThatFirstBreaksCopyOnWriteInTheKernelWasForked() throws Exception {
    Whole trace =
        Traces.read(
            kernel("bash", 10, "0x7fed1477ea10", "_copy_to_user", 2)
                + user("bash", 10, LIBC + "b70", 0x14)
                + kernel("bash", 11, "0x7fed1477ea10", "__put_user_4", 3)
                + user("bash", 11, LIBC + "b70", 0x14));

    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 1, 1);
    assertThat(trace.processes().get(1).origin()).isEqualTo(Origin.FORK);
  }

  @Test
  void aThreadOnTheStackOfAnEndedOneIsNoForkWhereTheKernelsFaultsAreRecorded() throws Exception {
    Whole trace =
        Traces.read(
            kernel("python3", 10, "0x7fb6c7be5f78", "_copy_to_user", 2)
                + user("python3", 11, "0x7fb6c7be5f78", LIBC + "8ea", 7));

    assertThat(trace.processes()).hasSize(1);
  }

  @Test
  void withoutTheKernelsFaultsAChildFetchingMappedCodeAgainWasForked() throws Exception {
    Whole trace =
        Traces.read(
            user("bash", 10, LIBC + "b70", 0x14)
                + user("bash", 11, LIBC + "353", 0x14)
                + user("bash", 12, "0x7f4eb5b00f78", LIBC + "353", 6));

    assertThat(trace.accesses()).extracting(Traces.Read::process).contains(0, 1);
    assertThat(trace.processes()).hasSize(2);
  }

  @Test
  void aForkedChildKnowsItsParentsLayoutWhenItIsRenamed() throws Exception {
    Whole trace =
        Traces.read(
            user("bash", 10, LIBC + "b70", 0x14)
                + user("bash", 10, "0x7ffd00001000", LIBC + "b70", 6)
                + user("bash", 11, "0x7ffd00001000", LIBC + "b70", 7)
                + user("child", 11, LIBC + "b70", 0x14));

    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 1, 1);
  }

  @Test
  void processIdsDecideWhereTheTraceHasThem() throws Exception {
    Whole trace =
        Traces.read(
            user("a", "10/10", LIBC + "b70", 4)
                + user("a", "10/11", OTHER_LIBC + "b70", 4)
                + user("a", "12/12", LIBC + "b70", 4));

    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 1);
    assertThat(trace.processes()).extracting(TraceProcess::pid).containsExactly(10, 12);
    assertThat(trace.processes()).extracting(TraceProcess::origin).containsOnly(Origin.STATED);
  }

  @Test
  void ruleTidMakesEveryThreadAProcess() throws Exception {
    String text = user("sort", "1/10", LIBC + "b70", 4) + user("sort", "1/11", LIBC + "c70", 4);

    Whole trace = Traces.read(text, Traces.STRICT.withProcesses(ProcessRule.TID));

    assertThat(trace.processes()).hasSize(2);
  }

  @Test
  void ruleCommMakesEveryNameAProcess() throws Exception {
    String text =
        user("sort", "1/10", LIBC + "b70", 4)
            + user("sort", "2/11", OTHER_LIBC + "c70", 4)
            + user("ls", "2/11", OTHER_LIBC + "c70", 4)
            + user("sort", "2/11", OTHER_LIBC + "c70", 4);

    Whole trace = Traces.read(text, Traces.STRICT.withProcesses(ProcessRule.COMM));

    assertThat(trace.processes()).extracting(TraceProcess::comm).containsExactly("sort", "ls");
    assertThat(trace.accesses()).extracting(Traces.Read::process).containsExactly(0, 0, 1, 0);
  }

  @Test
  void withoutThreadIdsEveryNameIsOneThread() throws Exception {
    String fault = " 1.000000: page_fault_user: address=0x1000 ip=0x2000 error_code=0x4\n";

    Whole trace = Traces.read("a" + fault + "b" + fault + "a" + fault);

    assertThat(trace.accesses()).extracting(Traces.Read::thread).containsExactly(0, 1, 0);
    assertThat(trace.processes()).hasSize(2);
  }

  /// The recording holds a shell with pipelines, a program with three threads of which two rename
  /// themselves, and two runs at the same time of a program linked to a fixed address.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inARealRecordingTheInferredProcessesAreTheTrueOnes(boolean kernelFaults) throws Exception {
    String withPids = recording(kernelFaults);
    String withoutPids = withPids.replaceAll("(?m)^( *\\S.*? )[0-9]+/([0-9]+) +", "$1$2  ");

    Whole exact = Traces.read(withPids);
    Whole inferred = Traces.read(withoutPids);

    assertThat(exact.processes()).hasSize(25);
    assertThat(exact.processes()).extracting(TraceProcess::pid).doesNotContain(-1);
    assertThat(inferred.processes()).extracting(TraceProcess::pid).containsOnly(-1);
    assertThat(inferred.threads()).hasSameSizeAs(exact.threads());
    assertSamePartition(exact.accesses(), inferred.accesses());
  }

  private static void assertSamePartition(List<Traces.Read> some, List<Traces.Read> others) {
    assertThat(others).hasSameSizeAs(some);
    Map<Integer, Integer> matches = new HashMap<>();
    for (int i = 0; i < some.size(); i++) {
      int process = others.get(i).process();
      assertThat(matches.computeIfAbsent(some.get(i).process(), _ -> process)).isEqualTo(process);
    }
    assertThat(new HashSet<>(matches.values())).hasSameSizeAs(matches.keySet());
  }

  private static String recording(boolean kernelFaults) throws Exception {
    byte[] stored = Traces.resource("perf-shell-and-threads.txt.gz");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return kernelFaults ? text : text.replaceAll("(?m)^.*page_fault_kernel.*\n", "");
    }
  }

  private static String user(String comm, int tid, String address, int code) {
    return user(comm, tid, address, address, code);
  }

  private static String user(String comm, int tid, String address, String ip, int code) {
    return "%16s %5d  1.000000:   page_fault_user: address=%s ip=%s error_code=0x%x\n"
        .formatted(comm, tid, address, ip, code);
  }

  private static String user(String comm, String pidAndTid, String address, int code) {
    return "%16s %s  1.000000:   page_fault_user: address=%s ip=%s error_code=0x%x\n"
        .formatted(comm, pidAndTid, address, address, code);
  }

  private static String kernel(String comm, int tid, String address, String ip, int code) {
    return "%16s %5d  1.000000: page_fault_kernel: address=%s ip=%s error_code=0x%x\n"
        .formatted(comm, tid, address, ip, code);
  }
}
