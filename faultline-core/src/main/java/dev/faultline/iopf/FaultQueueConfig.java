package dev.faultline.iopf;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Settings of a fault queue; immutable. Made by [#builder]; every value is checked by
/// [FaultQueue#open], which names the value and its range (rule Q5).
///
/// @param name name of the queue, for threads and messages: letters, digits, `.`, `_`, `-`, `:`
/// @param workers who runs the groups
/// @param maxWorkers largest number of workers that may be asked for
/// @param groupCapacity largest number of open groups of all devices together
/// @param maxOpenGroupsPerDevice largest number of open groups of one device
/// @param maxPartialsPerDevice largest number of partials that one device may have pending
/// @param maxRequestsPerGroup largest size of a group, its last request included
/// @param maxDevices largest number of devices
/// @param maxBusyRetries how often in a row a fault is answered "retry" when there is no room,
///   before it is answered INVALID
/// @param maxRepeats how often in a row the same fault may come back after SUCCESS before it is
///   answered INVALID; 0 = for ever
/// @param partialTimeoutNs age at which partials are dropped, nanoseconds; 0 = never
/// @param responseDeadlineNs age at which an open group is called stuck, nanoseconds; 0 = never
/// @param deadlineAnswersInvalid whether a stuck group is answered INVALID, or only reported
/// @param orderedPerPasid whether groups of one device and PASID are handled one at a time in the
///   order of their last requests
/// @param addressBits width of canonical addresses (sign-extended), 32 to 64; 64 = every address
/// @param pageShift log2 of the page size in bytes
/// @param passGroups groups that a worker takes from one device before it looks at the next
/// @param timeEveryGroup whether every group is timed; otherwise devices that report faster than
///   one group in a few microseconds are sampled, since a clock costs more than a hand-over
/// @param logLinesPerSecond largest number of log lines
/// @param clock the time
/// @param listener told about events
/// @param lowLevelQueue the driver's part of a flush, or null
public record FaultQueueConfig(
    String name,
    FaultWorkers workers,
    int maxWorkers,
    int groupCapacity,
    int maxOpenGroupsPerDevice,
    int maxPartialsPerDevice,
    int maxRequestsPerGroup,
    int maxDevices,
    int maxBusyRetries,
    int maxRepeats,
    long partialTimeoutNs,
    long responseDeadlineNs,
    boolean deadlineAnswersInvalid,
    boolean orderedPerPasid,
    int addressBits,
    int pageShift,
    int passGroups,
    boolean timeEveryGroup,
    int logLinesPerSecond,
    FaultClock clock,
    FaultListener listener,
    @Nullable LowLevelQueue lowLevelQueue) {

  /// Starts with the defaults.
  ///
  /// @param name name of the queue
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException that names the value and its range
  void validate() {
    if (!name.matches("[A-Za-z0-9._:-]{1,64}")) {
      throw new IllegalArgumentException(
          "queue name '" + name + "' is not 1 to 64 letters, digits, '.', '_', '-' or ':'");
    }
    range("maximum number of workers", maxWorkers, 1, 64);
    if (workers.kind != FaultWorkers.Kind.CALLER) {
      range("number of workers", workers.count(), 1, maxWorkers);
    }
    range("group capacity", groupCapacity, 1, 1 << 24);
    range("open groups per device", maxOpenGroupsPerDevice, 1, 1 << 20);
    range("partials per device", maxPartialsPerDevice, 1, 1 << 24);
    range("requests per group", maxRequestsPerGroup, 1, 1 << 15);
    range("number of devices", maxDevices, 1, 1 << 20);
    range("busy retries", maxBusyRetries, 0, Integer.MAX_VALUE);
    range("repeats", maxRepeats, 0, Integer.MAX_VALUE);
    range("partial timeout in ns", partialTimeoutNs, 0, Long.MAX_VALUE / 4);
    range("response deadline in ns", responseDeadlineNs, 0, Long.MAX_VALUE / 4);
    range("address bits", addressBits, 32, 64);
    range("page shift", pageShift, 10, 30);
    range("groups per pass", passGroups, 1, 1 << 16);
    range("log lines per second", logLinesPerSecond, 0, 1 << 20);
  }

  private static void range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + " is " + value + "; expected " + min + " to " + max);
    }
  }

  /// Collects settings; not thread-safe.
  public static final class Builder {
    private final String name;
    private FaultWorkers workers = FaultWorkers.threads(1);
    private int maxWorkers = 64;
    private int groupCapacity = 16_384;
    private int maxOpenGroupsPerDevice = 4_096;
    private int maxPartialsPerDevice = 4_096;
    private int maxRequestsPerGroup = 1_024;
    private int maxDevices = 65_536;
    private int maxBusyRetries = 64;
    private int maxRepeats = 64;
    private long partialTimeoutNs;
    private long responseDeadlineNs;
    private boolean deadlineAnswersInvalid;
    private boolean orderedPerPasid;
    private int addressBits = 57;
    private int pageShift = 12;
    private int passGroups = 16;
    private boolean timeEveryGroup;
    private int logLinesPerSecond = 10;
    private FaultClock clock = FaultClock.system();
    private FaultListener listener = FaultListener.NONE;
    private @Nullable LowLevelQueue lowLevelQueue;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /// Sets who runs the groups; default one thread.
    public Builder workers(FaultWorkers value) {
      workers = Objects.requireNonNull(value, "workers");
      return this;
    }

    /// Sets the largest number of workers, 1 to 64; default 64.
    public Builder maxWorkers(int value) {
      maxWorkers = value;
      return this;
    }

    /// Sets the largest number of open groups of all devices; default 16,384.
    public Builder groupCapacity(int value) {
      groupCapacity = value;
      return this;
    }

    /// Sets the largest number of open groups of one device; default 4,096.
    public Builder maxOpenGroupsPerDevice(int value) {
      maxOpenGroupsPerDevice = value;
      return this;
    }

    /// Sets the largest number of pending partials of one device; default 4,096.
    public Builder maxPartialsPerDevice(int value) {
      maxPartialsPerDevice = value;
      return this;
    }

    /// Sets the largest number of requests of one group; default 1,024.
    public Builder maxRequestsPerGroup(int value) {
      maxRequestsPerGroup = value;
      return this;
    }

    /// Sets the largest number of devices; default 65,536.
    public Builder maxDevices(int value) {
      maxDevices = value;
      return this;
    }

    /// Sets how often in a row a page is answered "retry" for lack of room; default 64.
    public Builder maxBusyRetries(int value) {
      maxBusyRetries = value;
      return this;
    }

    /// Sets how often in a row a fault may come back after SUCCESS; default 64, 0 = for ever.
    public Builder maxRepeats(int value) {
      maxRepeats = value;
      return this;
    }

    /// Sets the age at which partials are dropped; default 0 = never.
    public Builder partialTimeoutNs(long value) {
      partialTimeoutNs = value;
      return this;
    }

    /// Sets the age at which an open group is called stuck; default 0 = never.
    public Builder responseDeadlineNs(long value) {
      responseDeadlineNs = value;
      return this;
    }

    /// Sets whether a stuck group is answered INVALID; default false = only reported.
    public Builder deadlineAnswersInvalid(boolean value) {
      deadlineAnswersInvalid = value;
      return this;
    }

    /// Sets whether groups of one device and PASID keep their order; default false.
    public Builder orderedPerPasid(boolean value) {
      orderedPerPasid = value;
      return this;
    }

    /// Sets the width of canonical addresses; default 57.
    public Builder addressBits(int value) {
      addressBits = value;
      return this;
    }

    /// Sets log2 of the page size; default 12.
    public Builder pageShift(int value) {
      pageShift = value;
      return this;
    }

    /// Sets how many groups a worker takes from one device in a pass; default 16.
    public Builder passGroups(int value) {
      passGroups = value;
      return this;
    }

    /// Sets whether every group is timed; default false.
    public Builder timeEveryGroup(boolean value) {
      timeEveryGroup = value;
      return this;
    }

    /// Sets the largest number of log lines in a second; default 10.
    public Builder logLinesPerSecond(int value) {
      logLinesPerSecond = value;
      return this;
    }

    /// Sets the clock; default the machine's.
    public Builder clock(FaultClock value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    /// Sets the listener; default none.
    public Builder listener(FaultListener value) {
      listener = Objects.requireNonNull(value, "listener");
      return this;
    }

    /// Sets the driver's part of a flush; default none.
    public Builder lowLevelQueue(LowLevelQueue value) {
      lowLevelQueue = Objects.requireNonNull(value, "lowLevelQueue");
      return this;
    }

    /// Returns the settings; they are checked when a queue is opened with them.
    public FaultQueueConfig build() {
      return new FaultQueueConfig(
          name,
          workers,
          maxWorkers,
          groupCapacity,
          maxOpenGroupsPerDevice,
          maxPartialsPerDevice,
          maxRequestsPerGroup,
          maxDevices,
          maxBusyRetries,
          maxRepeats,
          partialTimeoutNs,
          responseDeadlineNs,
          deadlineAnswersInvalid,
          orderedPerPasid,
          addressBits,
          pageShift,
          passGroups,
          timeEveryGroup,
          logLinesPerSecond,
          clock,
          listener,
          lowLevelQueue);
    }
  }
}
