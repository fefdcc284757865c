package dev.faultline.trace;

import static dev.faultline.trace.AccessBatch.EXECUTE;
import static dev.faultline.trace.AccessBatch.KERNEL;
import static dev.faultline.trace.AccessBatch.KIND_UNKNOWN;
import static dev.faultline.trace.AccessBatch.PROTECTION;
import static dev.faultline.trace.AccessBatch.READ;
import static dev.faultline.trace.AccessBatch.WRITE;
import static dev.faultline.trace.Traces.LENIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.trace.Traces.Whole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerfTraceTest {
  private static final String FAULT =
      "  gcc 32348  2425.606468:   page_fault_user: address=0x7fb864f20b70 ip=0x401000"
          + " error_code=0x6\n";

  @ParameterizedTest
  @CsvSource({
    "0x4, 1, 0",
    "0x6, 2, 0",
    "0x7, 2, 1",
    "0x14, 5, 0",
    "0x15, 5, 1",
    "0x16, 5, 0",
    "0x0, 1, 0",
    "0x2, 2, 0",
    "0x27, 2, 1",
    "0x46, 2, 0",
    "0x8004, 1, 0",
    "0xC, 1, 0",
    "0x80000006, 2, 0"
  })
  void theErrorCodeGivesKindAndProtection(String code, int kinds, int flags) throws Exception {
    Whole trace = Traces.read(FAULT.replace("0x6\n", code + "\n"));

    assertThat(trace.accesses()).hasSize(1);
    assertThat(trace.accesses().getFirst().kinds()).isEqualTo(kinds);
    assertThat(trace.accesses().getFirst().flags()).isEqualTo(flags);
    assertThat(trace.format()).isEqualTo(TraceFormat.PERF_SCRIPT);
  }

  @Test
  void aFaultTakenInTheKernelOnAUserAddressIsMarked() throws Exception {
    Whole trace =
        Traces.read(
            "gcc 32348  2425.606367: page_fault_kernel: address=0x53d108 ip=elf_load"
                + " error_code=0x2\n");

    assertThat(trace.accesses())
        .containsExactly(new Traces.Read(0x53d108, 1, WRITE, KERNEL, 0, 0, 2_425_606_367_000L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gcc 7  1.000002: page_fault_user:|7|-1|gcc|1000002000",
        "             gcc     7     1.000002:   exceptions:page_fault_user:|7|-1|gcc|1000002000",
        "gcc 7/9  1.000002: exceptions:page_fault_user:|9|7|gcc|1000002000",
        "gcc     7/9      [001]  1.000002: exceptions:page_fault_user:|9|7|gcc|1000002000",
        "gcc 7 [011] 1.000000002: exceptions:page_fault_user:|7|-1|gcc|1000000002",
        "gcc 7 [001] U      1.000002: exceptions:page_fault_user:|7|-1|gcc|1000002000",
        "gcc 7 1.000002:      1 exceptions:page_fault_user:|7|-1|gcc|1000002000",
        "gcc 7/9 page_fault_user:|9|7|gcc|-1",
        "gcc 7 1 page_fault_user:|7|-1|gcc|-1",
        "gcc 7 [003] 1.000002:|7|-1|gcc|1000002000",
        "gcc 7|7|-1|gcc|-1",
        "7 1.000002: page_fault_user:|7|-1|\"\"|1000002000",
        "1.000002: page_fault_user:|-1|-1|\"\"|1000002000",
        "gcc 1.000002: page_fault_user:|-1|-1|gcc|1000002000",
        "worker: 2 7/9 1.000002: page_fault_user:|9|7|worker: 2|1000002000",
        "pool/3 io 7 1.000002: page_fault_user:|7|-1|pool/3 io|1000002000",
        "kworker/u8:2 7 1.000002: page_fault_user:|7|-1|kworker/u8:2|1000002000",
        "Web Content 12 7 [000] 1.000002: page_fault_user:|7|-1|Web Content 12|1000002000",
        "GC Thread#0 7/9 [000] 1.000002: page_fault_user:|9|7|GC Thread#0|1000002000",
        "a [b] 7 [000] 1.000002: page_fault_user:|7|-1|a [b]|1000002000",
        ":7 7 1.000002: page_fault_user:|7|-1|:7|1000002000",
        "comm -1/-1 1.000002: page_fault_user:|-1|-1|comm|1000002000",
        "J\u00e4ger 7 1.000002: page_fault_user:|7|-1|J\u00e4ger|1000002000",
      })
  void theFieldsBeforeTheEventAreReadInEveryForm(
      String head, int tid, int pid, String comm, long timeNs) throws Exception {
    Whole trace = Traces.read(head + " address=0x1000 ip=0x2000 error_code=0x4\n");

    TraceThread thread = trace.threads().getFirst();
    assertThat(thread.tid()).isEqualTo(tid);
    assertThat(thread.pid()).isEqualTo(pid);
    assertThat(thread.comm()).isEqualTo(comm);
    assertThat(trace.accesses()).containsExactly(new Traces.Read(0x1000, 1, READ, 0, 0, 0, timeNs));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip=elf_load",
        "ip=_copy_to_user",
        "ip=[unknown]",
        "ip=elf_load+0x28a",
        "ip=0x7f12",
        ""
      })
  void theInstructionMayBeASymbol(String ip) throws Exception {
    assertThat(
            Traces.read(
                    "a 1 1.000000: page_fault_kernel: address=0x1000 " + ip + " error_code=0x0\n")
                .accesses())
        .hasSize(1);
  }

  @Test
  void withoutEventNameTheErrorCodeTellsTheMode() throws Exception {
    Whole trace =
        Traces.read(
            """
            a 1 1.000000: address=0x1000 ip=0x2000 error_code=0x4
            a 1 1.000001: address=0x2000 ip=elf_load error_code=0x0
            """);

    assertThat(trace.accesses()).extracting(Traces.Read::flags).containsExactly(0, KERNEL);
  }

  @Test
  void theFieldsAloneAreEnough() throws Exception {
    Whole trace = Traces.read("address=0x1000 ip=0x2000 error_code=0x6\n");

    assertThat(trace.accesses()).extracting(Traces.Read::kinds).containsExactly(WRITE);
    assertThat(trace.threads()).containsExactly(new TraceThread(0, -1, -1, 0, ""));
  }

  @Test
  void faultsOnKernelAddressesAreSkippedAndCounted() throws Exception {
    Whole trace =
        Traces.read(
            FAULT
                + """
                a 1 1.0000: page_fault_kernel: address=0xffffc90000000000 ip=memcpy error_code=0x2
                a 1 1.0000: page_fault_kernel: address=init_task+0x10 ip=memcpy error_code=0x2
                """);

    assertThat(trace.accesses()).hasSize(1);
    assertThat(trace.counts().skipped()).containsEntry(SkipReason.KERNEL_ADDRESS, 2L);
  }

  @Test
  void everythingElseThatPerfWritesIsSkippedByReason() throws Exception {
    Whole trace =
        Traces.read(
            """
            'trace' not valid for hardware events. Ignoring.
            # ========
            # captured on    : Tue Nov 24 08:49:57 2026
            # event : name = exceptions:page_fault_user, , id = { 8, 9 }, type = 2
            # ========
            #
                     swapper     0     0.000000: PERF_RECORD_MMAP -1/0: [0xffff(0x12) @ 0]: x [k]_text
                          ls  2990   1499.067248: PERF_RECORD_COMM exec: ls:2990/2990
                          ls  2990   1499.067249: PERF_RECORD_LOST lost 12
                          ls  2990   1499.067250: PERF_RECORD_LOST_SAMPLES lost 30
            ls  3995 [001]  2052.738613: sched:sched_switch: prev_comm=ls prev_pid=3995 ==> next_pid=15
            \tffffffff821facd8 __schedule+0x618 ([kernel.kallsyms])
            \t           1ab70 _start+0x0 (/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2)

            ls  3995 sched:sched_waking: comm=rcu
            a 1 1.000000: kvm:kvm_page_fault: vcpu 0 rip 0x1 address=0x2 error_code=0x3
            Processed 123 events and lost 4 chunks!
            [ perf record: Woken up 1 times to write data ]
            """
                + FAULT);

    assertThat(trace.accesses()).hasSize(1);
    assertThat(trace.counts().skipped())
        .containsEntry(SkipReason.TOOL_MESSAGE, 3L)
        .containsEntry(SkipReason.COMMENT, 5L)
        .containsEntry(SkipReason.OTHER_EVENT, 7L)
        .containsEntry(SkipReason.CALL_CHAIN, 2L)
        .containsEntry(SkipReason.BLANK, 1L);
    assertThat(trace.counts().lostEvents()).isEqualTo(42);
    assertThat(trace.counts().lines()).isEqualTo(19);
  }

  @Test
  void windowsLineEndsAreTaken() throws Exception {
    assertThat(Traces.read(FAULT.replace("\n", "\r\n") + "\r\n").accesses()).hasSize(1);
  }

  @Test
  void symbolFieldsBehindTheErrorCodeAreIgnored() throws Exception {
    Whole trace =
        Traces.read(
            FAULT.replace("\n", "  ffffffff821f5340 exc_page_fault+0x2f0 ([kernel.kallsyms])\n"));

    assertThat(trace.accesses()).extracting(Traces.Read::kinds).containsExactly(WRITE);
  }

  @Test
  void aSampleWithAddressIsAnAccessOfUnknownKind() throws Exception {
    Whole trace =
        Traces.read(
            """
              ls  3986/3986   2051.397814: page-faults:     560dd6d3e5c0
              ls  3986/3986   2051.397815:          1 page-faults:u:     560dd6d3f5c0
              ls  3986/3986   2051.397816: faults:     560dd6d405c0 [unknown] ([stack])
            """);

    assertThat(trace.accesses())
        .containsExactly(
            new Traces.Read(0x560dd6d3e5c0L, 1, READ, KIND_UNKNOWN, 0, 0, 2_051_397_814_000L),
            new Traces.Read(0x560dd6d3f5c0L, 1, READ, KIND_UNKNOWN, 0, 0, 2_051_397_815_000L),
            new Traces.Read(0x560dd6d405c0L, 1, READ, KIND_UNKNOWN, 0, 0, 2_051_397_816_000L));
  }

  @Test
  void aSampleWithBothAddressesTellsFetchesAndTheKernel() throws Exception {
    Whole trace =
        Traces.read(
            """
            ls  3/3   1.3: page-faults:     7f8342b35110 x.2 (/usr/lib/ld.so) ffffffff817554ea elf_load
            ls  3/3   1.4: page-faults:     7f8342b35110 _start (/usr/lib/ld.so)     7f8342b35110 _start
            ls  3/3   1.5: page-faults:     7f8342b36110     7f8342b35110
            """);

    assertThat(trace.accesses())
        .extracting(Traces.Read::kinds)
        .containsExactly(READ, READ | EXECUTE, READ);
    assertThat(trace.accesses())
        .extracting(Traces.Read::flags)
        .containsExactly(KIND_UNKNOWN | KERNEL, 0, KIND_UNKNOWN);
  }

  @Test
  void aSampleThatOnlyHasTheInstructionIsRefusedWithTheCommandThatHelps() {
    assertThatThrownBy(() ->
            Traces.read(
                "ls  3986  2051.397814:          1 page-faults:  ffffffff817554ea elf_load+0x28a"
                    + " ([kernel.kallsyms])\n"))
        .hasMessageContaining("test.trace:1: ")
        .hasMessageContaining("without the address touched")
        .hasMessageContaining("-F comm,pid,tid,time,event,addr");
  }

  @Test
  void besideTracepointsSamplesAreNotCountedTwice() throws Exception {
    Whole trace =
        Traces.read(
            "ls  3/3   1.3: page-faults:     7f8342b35110\n"
                + FAULT
                + "ls  3  1.4:          1 page-faults:  ffffffff817554ea elf_load+0x28a ([k])\n");

    assertThat(trace.accesses()).hasSize(1);
    assertThat(trace.counts().skipped()).containsEntry(SkipReason.OTHER_EVENT, 2L);
  }

  @Test
  void minorFaultsBesideAllFaultsAreNotCountedTwice() throws Exception {
    Whole trace =
        Traces.read(
            """
            ls  3/3   1.3: page-faults:     7f8342b35110
            ls  3/3   1.3: minor-faults:     7f8342b35110
            """);

    assertThat(trace.accesses()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gcc 1 1.5: page_fault_user: address=0x10 ip=0x2 error_code=6|error code is no hex",
        "gcc 1 1.5: page_fault_user: address=0x10 ip=0x2 error_code=|error code is no hex",
        "gcc 1 1.5: page_fault_user: address=0x10 ip=0x2|without error_code",
        "gcc 1 1.5: page_fault_user: address=0x10 ip=0x2 error_|without error_code",
        "gcc 1 1.5: page_fault_user: address=10 ip=0x2 error_code=0x4|address is no hex",
        "gcc 1 1.5: page_fault_user: address= ip=0x2 error_code=0x4|address is no hex",
        "gcc 1 1.5: page_fault_user: address=0x11112222333344445 ip=0x error_code=0x4|address is no",
        "gcc 1 1.5: page_fault_user:|without its address",
        "gcc 1 1.5:|not a line of perf script",
        "hello address=0x10 ip=0x2 error_code=0x4|not a line of perf script",
        "some words|not a line of perf script",
      })
  void aBrokenLineIsRefusedWithPlaceAndTextAndRemedy(String line, String problem) {
    assertThatThrownBy(() -> Traces.read(FAULT + line + "\n" + FAULT))
        .isInstanceOf(TraceException.class)
        .hasMessageStartingWith("test.trace:2: ")
        .hasMessageContaining(problem)
        .hasMessageContaining("\"" + line + "\"")
        .hasMessageContaining("a page fault looks like");
  }

  @Test
  void aLenientReaderCountsABrokenLineAndGoesOn() throws Exception {
    Whole trace = Traces.read(FAULT + "some words\n" + FAULT, LENIENT);

    assertThat(trace.accesses()).hasSize(2);
    assertThat(trace.counts().brokenSamples())
        .containsExactly(new BrokenLine(2, "some words", "not a line of perf script"));
  }

  @Test
  void aTraceOfOtherEventsSaysHowToRecordFaults() {
    assertThatThrownBy(() -> Traces.read("ls 3 [001] 2.738613: sched:sched_switch: prev_comm=ls\n"))
        .hasMessageContaining("holds no access in 1 line of perf")
        .hasMessageContaining("perf record -e exceptions:page_fault_user");
  }

  @Test
  void protectionFaultsAreMarked() throws Exception {
    assertThat(Traces.read(FAULT.replace("0x6\n", "0x7\n")).accesses().getFirst().flags())
        .isEqualTo(PROTECTION);
  }

  @Test
  void timesOutOfRangeAreNoTimes() throws Exception {
    Whole trace =
        Traces.read(
            "a 1 99999999999999999999.000001: page_fault_user: address=0x1 ip=0x1"
                + " error_code=0x4\n");

    assertThat(trace.accesses().getFirst().timeNs()).isEqualTo(AccessBatch.NO_TIME);
  }
}
