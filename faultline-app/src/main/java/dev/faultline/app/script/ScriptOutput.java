package dev.faultline.app.script;

import dev.faultline.iopf.PageResponse;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.math.BigInteger;
import java.util.Locale;

/// Where the script's lines go.
final class ScriptOutput {
  private final StringBuilder text;
  private final StringBuilder reasons;
  private boolean muted;

  /// @param text takes the lines
  /// @param reasons takes why something was refused
  ScriptOutput(StringBuilder text, StringBuilder reasons) {
    this.text = text;
    this.reasons = reasons;
  }

  void mute() {
    muted = true;
  }

  @SuppressWarnings("AnnotateFormatMethod")
  void line(String format, Object... values) {
    if (!muted) {
      text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
  }

  void reason(int line, String why) {
    reasons.append("line ").append(line).append(": ").append(why).append('\n');
  }

  void response(String device, PageResponse response) {
    response(
        device,
        response.pasid(),
        response.groupIndex(),
        response.address(),
        response.code(),
        response.privateData0(),
        response.privateData1());
  }

  void response(
      String device,
      int pasid,
      int group,
      long address,
      ResponseCode code,
      long private0,
      long private1) {
    line(
        "resp dev=%s pasid=%s grp=%s addr=0x%x code=%s priv=0x%s",
        device,
        Pasid.toText(pasid),
        Integer.toUnsignedString(group),
        address,
        text(code),
        wide(private1, private0));
  }

  private static String wide(long high, long low) {
    return high == 0
        ? Long.toHexString(low)
        : new BigInteger(Long.toUnsignedString(high))
            .shiftLeft(Long.SIZE)
            .or(new BigInteger(Long.toUnsignedString(low)))
            .toString(16);
  }

  /// Returns a constant's name as scripts write it.
  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
