package dev.faultline.app.script;

import dev.faultline.iopf.ResponseCode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a whole script before anything of it runs, and finds every mistake at once.
final class ScriptParser {
  private static final String EVENTS =
      "alloc, close, free, add, remove, report, hw, flush, discard, reset, map, fail, pause,"
          + " resume or state";

  private final String file;
  private final List<Event.Numbered> events = new ArrayList<>();
  private final List<String> mistakes = new ArrayList<>();

  private ScriptParser(String file) {
    this.file = file;
  }

  /// What a script holds.
  ///
  /// @param mistakes one line of text for each line of the script that is wrong
  record Script(List<Event.Numbered> events, List<String> mistakes) {}

  static Script parse(String file, List<String> lines) {
    ScriptParser parser = new ScriptParser(file);
    for (int i = 0; i < lines.size(); i++) {
      parser.line(i + 1, lines.get(i));
    }
    return new Script(parser.events, parser.mistakes);
  }

  private void line(int number, String text) {
    int comment = text.indexOf('#');
    String code = (comment < 0 ? text : text.substring(0, comment)).strip();
    if (code.isEmpty()) {
      return;
    }
    List<String> words = List.of(code.split("\\s+"));
    EventLine line = new EventLine(words);
    Event event = event(line);
    String mistake = line.mistake();
    if (mistake != null) {
      mistakes.add(file + ":" + number + ": " + mistake);
    } else if (event != null) {
      events.add(new Event.Numbered(number, String.join(" ", words), event));
    }
  }

  private static @Nullable Event event(EventLine line) {
    String word = line.word("an event");
    return switch (word) {
      case "alloc" -> new Event.Alloc(line.name("queue"));
      case "close" -> new Event.Close(line.name("queue"));
      case "free" -> new Event.Free(line.name("queue"));
      case "add" -> new Event.Add(line.name("queue"), line.name("device"));
      case "remove" -> new Event.Remove(line.name("device"));
      case "report" -> new Event.Report(request(line));
      case "hw" -> new Event.Hardware(request(line));
      case "flush" -> new Event.Flush(line.name("device"), line.scope("all"));
      case "discard" -> new Event.Discard(line.name("queue"));
      case "reset" -> new Event.Reset(line.name("device"));
      case "map" -> map(line);
      case "fail" -> failure(line);
      case "pause" -> new Event.Pause();
      case "resume" -> new Event.Resume();
      case "state" -> new Event.State();
      default -> {
        line.unknownEvent(word, EVENTS);
        yield null;
      }
    };
  }

  private static Event.Request request(EventLine line) {
    String device = line.name("device");
    int pasid = line.requestPasid();
    int group = line.group();
    long address = line.address("an address");
    int access = line.access();
    boolean last = line.either("last", "more");
    boolean recoverable = line.either("req", "unrecov");
    BigInteger data = line.hasMore() ? line.privateData() : BigInteger.ZERO;
    return new Event.Request(
        device,
        pasid,
        group,
        address,
        access,
        last,
        recoverable,
        data.longValue(),
        data.shiftRight(Long.SIZE).longValue());
  }

  private static Event map(EventLine line) {
    int pasid = line.scope("*");
    long low = line.address("the beginning of the range");
    long high = line.end();
    line.checkRange(low, high);
    return new Event.AddRule(new Event.Rule(pasid, low, high, line.access(), null, false));
  }

  private static Event failure(EventLine line) {
    int pasid = line.scope("*");
    long low = line.address("the beginning of the range");
    long high = line.end();
    line.checkRange(low, high);
    String expected = "invalid, failure or throw";
    String how = line.hasMore() ? line.word(expected) : "invalid";
    ResponseCode code = how.equals("failure") ? ResponseCode.FAILURE : ResponseCode.INVALID;
    if (!how.equals("invalid") && !how.equals("failure") && !how.equals("throw")) {
      line.unknownEvent(how, expected);
    }
    return new Event.AddRule(new Event.Rule(pasid, low, high, 0, code, how.equals("throw")));
  }
}
