package dev.faultline.trace;

import static dev.faultline.trace.ByteText.ascii;

import dev.faultline.trace.TraceProcess.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts the faults of a perf trace on threads, and the threads into processes, while reading.
///
/// Each decision is made once, at the first fault that needs it, since that access must already
/// belong somewhere:
///
/// 1. A thread id is new. With a process id in the trace, that decides. Otherwise it joins a
///    process that has its name and a [Footprint] near the fault's address or instruction; failing
///    that, one of another name that ran exactly this code (a thread that named itself first);
///    failing that, it is a process of its own. If it would join, but the fault breaks
///    copy-on-write of a page that the process has written, it is a forked child: a thread would
///    just have written.
/// 2. A known thread has another name. Near its process it was renamed; elsewhere it is an exec.
/// 3. A running thread faults within the kernel's program loader: an exec, whatever the name.
///
/// A trace without thread ids has one thread, and one process, for each name.
///
/// See [TraceProcess] for what this cannot tell.
final class ProcessMap {
  /// Kernel functions that touch user memory only while an exec sets a program up.
  private static final byte[][] LOADER = {
    ascii("elf_load"),
    ascii("load_elf_binary"),
    ascii("load_elf_interp"),
    ascii("create_elf_tables"),
    ascii("padzero"),
    ascii("set_brk"),
  };

  private static final int MAX_NAMES = 64;
  private static final int NONE = -1;

  private final ProcessRule rule;
  private final ThreadTable table = new ThreadTable();
  private final Map<String, ThreadState> withoutTid = new HashMap<>();
  private final List<TraceThread> threads = new ArrayList<>();
  private final List<TraceProcess> processes = new ArrayList<>();
  private final List<Footprint> footprints = new ArrayList<>();
  private final List<List<byte[]>> names = new ArrayList<>();
  private final Map<Integer, Integer> processOfPid = new HashMap<>();
  private final Map<String, Integer> processOfComm = new HashMap<>();
  private final BlockOwners owners = new BlockOwners();
  private @Nullable ThreadState last;
  private boolean kernelFaultSeen;

  ProcessMap(ProcessRule rule) {
    this.rule = rule;
  }

  List<TraceThread> threads() {
    return threads;
  }

  List<TraceProcess> processes() {
    return processes;
  }

  /// The index of the thread that a fault belongs to, after taking note of the fault.
  int threadOf(byte[] bytes, PerfLine line) {
    PerfHead head = line.head;
    boolean loader = isLoader(bytes, line);
    ThreadState state = known(bytes, head);
    if (state == null) {
      state = add(new ThreadState(head.tid, head.pid, comm(bytes, head)));
      begin(state, processOfNew(state, line, loader));
    } else if (state.pid != head.pid) {
      state.pid = head.pid;
      state.comm = comm(bytes, head);
      begin(state, processOfNew(state, line, loader));
    } else {
      boolean renamed = !state.hasComm(bytes, head.commFrom, head.commTo);
      if (renamed || (loader && state.running)) {
        change(state, renamed ? comm(bytes, head) : state.comm, line, loader);
      }
    }
    last = state;
    note(state, line, loader);
    return state.index;
  }

  /// The thread of this id; of this name where the trace has no thread ids.
  private @Nullable ThreadState known(byte[] bytes, PerfHead head) {
    ThreadState state = last;
    if (head.tid >= 0) {
      return state != null && state.tid == head.tid ? state : table.get(head.tid);
    }
    boolean same =
        state != null && state.tid < 0 && state.hasComm(bytes, head.commFrom, head.commTo);
    return same ? state : withoutTid.get(text(comm(bytes, head)));
  }

  private ThreadState add(ThreadState state) {
    if (state.tid >= 0) {
      table.add(state);
    } else {
      withoutTid.put(text(state.comm), state);
    }
    return state;
  }

  private static byte[] comm(byte[] bytes, PerfHead head) {
    return Arrays.copyOfRange(bytes, head.commFrom, head.commTo);
  }

  private static String text(byte[] comm) {
    return ByteText.name(comm, 0, comm.length);
  }

  private static boolean isLoader(byte[] bytes, PerfLine line) {
    int length = line.symbolTo - line.symbolFrom;
    if (length == 0) {
      return false;
    }
    for (byte[] name : LOADER) {
      if (name.length == length
          && ByteText.startsWith(bytes, line.symbolFrom, line.symbolTo, name)) {
        return true;
      }
    }
    return false;
  }

  private void note(ThreadState state, PerfLine line, boolean loader) {
    footprints.get(state.process).add(line.address, line.ip, line.kinds);
    owners.touch(line.address, state.process);
    if (line.ip != 0) {
      owners.touch(line.ip, state.process);
    }
    boolean kernel = (line.flags & AccessBatch.KERNEL) != 0;
    kernelFaultSeen |= kernel;
    state.running |= !loader && !kernel;
  }

  /// Makes the entry in the list of threads.
  private void begin(ThreadState state, int process) {
    state.process = process;
    state.index = threads.size();
    state.running = false;
    threads.add(new TraceThread(state.index, state.tid, state.pid, process, text(state.comm)));
  }

  private int processOfNew(ThreadState state, PerfLine line, boolean loader) {
    if (rule == ProcessRule.COMM || state.tid < 0) {
      return processOfComm(state);
    }
    if (rule == ProcessRule.TID) {
      return newProcess(state, Origin.RULE, null);
    }
    if (state.pid >= 0) {
      Integer known = processOfPid.get(state.pid);
      return known != null ? known : newProcess(state, Origin.STATED, null);
    }
    if (loader) {
      return newProcess(state, Origin.EXEC, null);
    }
    int candidate = candidate(state.comm, line);
    if (candidate == NONE) {
      return newProcess(state, Origin.APART, null);
    }
    Footprint footprint = footprints.get(candidate);
    if (isFork(line, footprint)) {
      return newProcess(state, Origin.FORK, footprint);
    }
    addName(candidate, state.comm);
    return candidate;
  }

  /// Whether the first fault of a thread breaks copy-on-write of what the process had written.
  ///
  /// The kernel does that itself when fork stores the child's id, before the child runs; so where
  /// the trace has the kernel's faults, only those count. A new thread can fault in this way, too,
  /// on the stack of one that has ended, if there was a fork in between, but not in the kernel.
  private boolean isFork(PerfLine line, Footprint footprint) {
    boolean breaksCopy =
        line.kinds == AccessBatch.WRITE && (line.flags & AccessBatch.PROTECTION) != 0;
    boolean kernel = (line.flags & AccessBatch.KERNEL) != 0;
    if (breaksCopy) {
      return (kernel || !kernelFaultSeen) && footprint.hasWritten(line.address);
    }
    boolean fetch = (line.kinds & AccessBatch.EXECUTE) != 0;
    return fetch && footprint.hasFetchedAround(line.address);
  }

  /// A known thread has another name, or is loaded anew.
  private void change(ThreadState state, byte[] comm, PerfLine line, boolean loader) {
    state.comm = comm;
    if (rule == ProcessRule.COMM) {
      int process = processOfComm(state);
      if (process != state.process) {
        begin(state, process);
      }
      return;
    }
    Footprint footprint = footprints.get(state.process);
    boolean near = footprint.isNear(line.address) || (line.ip != 0 && footprint.isNear(line.ip));
    if (loader || !near) {
      begin(state, newProcess(state, Origin.EXEC, null));
    } else {
      addName(state.process, comm);
      threads.set(
          state.index,
          new TraceThread(state.index, state.tid, state.pid, state.process, text(comm)));
    }
  }

  private int processOfComm(ThreadState state) {
    String comm = text(state.comm);
    Integer known = processOfComm.get(comm);
    if (known != null) {
      return known;
    }
    int process = newProcess(state, Origin.RULE, null);
    processOfComm.put(comm, process);
    return process;
  }

  private int newProcess(ThreadState state, Origin origin, @Nullable Footprint parent) {
    int index = processes.size();
    processes.add(new TraceProcess(index, state.pid, text(state.comm), origin));
    footprints.add(new Footprint(parent));
    names.add(new ArrayList<>(List.of(state.comm)));
    if (state.pid >= 0) {
      processOfPid.put(state.pid, index);
    }
    return index;
  }

  private void addName(int process, byte[] comm) {
    if (names.get(process).size() < MAX_NAMES && !hasName(process, comm)) {
      names.get(process).add(comm);
    }
  }

  private boolean hasName(int process, byte[] comm) {
    for (byte[] name : names.get(process)) {
      if (Arrays.equals(name, comm)) {
        return true;
      }
    }
    return false;
  }

  /// The process that a new thread seems to belong to.
  private int candidate(byte[] comm, PerfLine line) {
    int found = line.ip == 0 ? NONE : nearestOwner(line.ip, comm);
    if (found == NONE) {
      found = nearestOwner(line.address, comm);
    }
    if (found == NONE && line.ip != 0) {
      int owner = owners.owner(line.ip, 0);
      if (owner != NONE && footprints.get(owner).hasCode(line.ip)) {
        found = owner;
      }
    }
    return found;
  }

  /// The process of this name that touched the block of an address, or the closest to it.
  private int nearestOwner(long address, byte[] comm) {
    int reach = Footprint.isTelling(address) ? Footprint.NEIGHBOURS : 0;
    for (int away = 0; away <= reach; away++) {
      int above = owners.owner(address, away);
      if (above != NONE && hasName(above, comm)) {
        return above;
      }
      int below = owners.owner(address, -away);
      if (below != NONE && hasName(below, comm)) {
        return below;
      }
    }
    return NONE;
  }
}
