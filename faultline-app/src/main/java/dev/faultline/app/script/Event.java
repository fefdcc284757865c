package dev.faultline.app.script;

import dev.faultline.iopf.ResponseCode;
import org.jspecify.annotations.Nullable;

/// One event of a script.
sealed interface Event {
  /// Opens a queue.
  record Alloc(String queue) implements Event {}

  /// Closes a queue; its devices are removed.
  record Close(String queue) implements Event {}

  /// Closes a queue if no device is attached.
  record Free(String queue) implements Event {}

  /// Attaches a device.
  record Add(String queue, String device) implements Event {}

  /// Detaches a device.
  record Remove(String device) implements Event {}

  /// Reports a request.
  record Report(Request request) implements Event {}

  /// Leaves a request in the device's low-level queue.
  record Hardware(Request request) implements Event {}

  /// Flushes a scope of a device.
  record Flush(String device, int scope) implements Event {}

  /// Drops the partials of every device of a queue.
  record Discard(String queue) implements Event {}

  /// Resets a device.
  record Reset(String device) implements Event {}

  /// Adds a rule.
  record AddRule(Rule rule) implements Event {}

  /// Holds the worker.
  record Pause() implements Event {}

  /// Releases the worker.
  record Resume() implements Event {}

  /// Prints what is there.
  record State() implements Event {}

  /// One page request, or an unrecoverable event.
  ///
  /// @param pasid a PASID, `Pasid.NONE`, or a value that is too large
  record Request(
      String device,
      int pasid,
      int group,
      long address,
      int access,
      boolean last,
      boolean recoverable,
      long private0,
      long private1) {}

  /// What the handler does with the addresses from `low` to before `high`.
  ///
  /// @param pasid a PASID, `Pasid.NONE`, or `Pasid.ALL`
  /// @param access what is allowed; of no meaning if the rule fails
  /// @param failure the answer, or null if the rule resolves
  /// @param throwing whether the handler throws
  record Rule(
      int pasid,
      long low,
      long high,
      int access,
      @Nullable ResponseCode failure,
      boolean throwing) {}

  /// An event with its line.
  ///
  /// @param words the words of the line as they were written, one space between them
  record Numbered(int line, String words, Event event) {}
}
