package dev.faultline.app.script;

import dev.faultline.iopf.Access;
import dev.faultline.iopf.FaultGroup;
import dev.faultline.iopf.FaultHandler;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Resolves page requests by the script's rules, one request after the other, until one fails.
final class ScriptHandler implements FaultHandler {
  private final List<Event.Rule> rules = new ArrayList<>();
  private final ScriptOutput out;

  ScriptHandler(ScriptOutput out) {
    this.out = out;
  }

  void add(Event.Rule rule) {
    rules.add(rule);
  }

  @Override
  public void handle(FaultGroup group) {
    ResponseCode answer = ResponseCode.SUCCESS;
    for (int i = 0; i < group.size() && answer == ResponseCode.SUCCESS; i++) {
      Event.Rule rule = find(group.pasid(), group.address(i));
      answer = code(rule, group.access(i));
      out.line(
          "fault pasid=%s grp=%s addr=0x%x perm=%s last=%d -> %s",
          Pasid.toText(group.pasid()),
          Integer.toUnsignedString(group.groupIndex()),
          group.address(i),
          Access.toText(group.access(i)),
          i == group.size() - 1 ? 1 : 0,
          ScriptOutput.text(answer));
      if (rule != null && rule.throwing()) {
        throw new RuledFailure(group.address(i));
      }
    }
    group.respond(answer);
  }

  private static ResponseCode code(Event.@Nullable Rule rule, int access) {
    if (rule == null) {
      return ResponseCode.INVALID;
    }
    ResponseCode failure = rule.failure();
    if (failure != null) {
      return failure;
    }
    return (access & ~rule.access()) == 0 ? ResponseCode.SUCCESS : ResponseCode.INVALID;
  }

  /// Returns the newest rule for an address, or null.
  private Event.@Nullable Rule find(int pasid, long address) {
    for (Event.Rule rule : rules.reversed()) {
      if ((rule.pasid() == Pasid.ALL || rule.pasid() == pasid)
          && Long.compareUnsigned(address, rule.low()) >= 0
          && Long.compareUnsigned(address, rule.high() - 1) <= 0) {
        return rule;
      }
    }
    return null;
  }

  /// What a `throw` rule throws.
  private static final class RuledFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RuledFailure(long address) {
      super(
          String.format(Locale.ROOT, "the script's rule for address 0x%x throws", address),
          null,
          false,
          false);
    }
  }
}
