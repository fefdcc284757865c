package dev.faultline.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// Parses `valgrind --tool=lackey --trace-mem=yes`.
///
/// ```
/// I  04025310,3       instruction fetch: READ | EXECUTE
///  L 1fff000690,8     load: READ
///  S 1fff000688,8     store: WRITE
///  M 004ab3d0,4       load and store of the same bytes: READ | WRITE, one access
/// ```
///
/// The address is hexadecimal without prefix (valgrind pads to 8 digits; shorter ones are taken),
/// the size decimal bytes. Lackey runs all threads of a program one at a time and does not say
/// which one it is, so there is one thread per valgrind banner. Every other line goes to
/// [LackeyText].
final class LackeyParser implements TraceParser {
  static final String EXPECTED =
      "a line is \"I  ADDRESS,SIZE\", \" L ADDRESS,SIZE\", \" S ...\" or \" M ...\" with a hexadecimal"
          + " address and a decimal size from 1 to 65536";

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int HEAD_MASK = 0xff_ffff;
  static final int HEAD_BYTES = 3;
  private static final int INSTRUCTION = head('I', ' ', ' ');
  private static final int LOAD = head(' ', 'L', ' ');
  private static final int STORE = head(' ', 'S', ' ');
  private static final int MODIFY = head(' ', 'M', ' ');

  /// The widest access taken; valgrind's own limit is far below.
  private static final int MAX_SIZE = 1 << 16;

  private static final int MAX_HEX_DIGITS = 16;

  private final LineTally tally;
  private final LackeyText text;

  LackeyParser(LineTally tally) {
    this.tally = tally;
    this.text = new LackeyText(tally);
  }

  private static int head(char first, char second, char third) {
    return first | (second << 8) | (third << 16);
  }

  /// The kind bits for the first three characters of a line, 0 if they begin no access.
  ///
  /// Reads four bytes, see [LineBuffer].
  static int kindsOf(byte[] bytes, int lineStart) {
    int head = (int) WORD.get(bytes, lineStart) & HEAD_MASK;
    if (head == INSTRUCTION) {
      return AccessBatch.READ | AccessBatch.EXECUTE;
    }
    if (head == LOAD) {
      return AccessBatch.READ;
    }
    if (head == STORE) {
      return AccessBatch.WRITE;
    }
    return head == MODIFY ? AccessBatch.READ | AccessBatch.WRITE : 0;
  }

  @Override
  public void parse(LineBuffer lines, AccessBatch batch) throws TraceException {
    byte[] bytes = lines.bytes;
    int limit = lines.limit;
    int position = lines.position;
    int start = batch.count;
    int capacity = batch.capacity();
    while (position < limit && batch.count < capacity) {
      position = parseRun(bytes, position, limit, batch);
      finish(batch, start);
      start = batch.count;
      lines.position = position;
      if (position < limit && batch.count < capacity) {
        int end = ByteText.find(bytes, position, limit, '\n');
        // The line is counted even if it is refused, so the next call goes on behind it.
        lines.position = end + 1;
        if (text.read(bytes, position, end)) {
          parseRun(bytes, text.joinedAccess(), end + 1, batch);
          if (batch.count > start) {
            tally.joinedLines++;
            finish(batch, start);
            start = batch.count;
          } else {
            tally.broken(bytes, position, end, "a damaged access behind program output", EXPECTED);
          }
        }
        position = end + 1;
      }
    }
  }

  /// Parses accesses up to the first line that is none, and returns where that begins.
  private static int parseRun(byte[] bytes, int from, int limit, AccessBatch batch) {
    long[] addresses = batch.addresses;
    int[] sizes = batch.sizes;
    byte[] kinds = batch.kinds;
    int count = batch.count;
    int lineStart = from;
    while (lineStart < limit && count < addresses.length) {
      int kind = kindsOf(bytes, lineStart);
      if (kind == 0) {
        break;
      }
      int at = lineStart + HEAD_BYTES;
      int firstDigit = at;
      long address = 0;
      int digit = ByteText.hexDigit(bytes[at]);
      while (digit >= 0) {
        address = (address << 4) | digit;
        digit = ByteText.hexDigit(bytes[++at]);
      }
      int digits = at - firstDigit;
      if (bytes[at] != ',' || digits == 0 || digits > MAX_HEX_DIGITS) {
        break;
      }
      at++;
      int size = 0;
      int value = bytes[at] - '0';
      while (value >= 0 && value <= 9 && size <= MAX_SIZE) {
        size = size * 10 + value;
        value = bytes[++at] - '0';
      }
      if (bytes[at] == '\r') {
        at++;
      }
      if (bytes[at] != '\n' || size == 0 || size > MAX_SIZE || wraps(address, size)) {
        break;
      }
      addresses[count] = address;
      sizes[count] = size;
      kinds[count] = (byte) kind;
      count++;
      lineStart = at + 1;
    }
    batch.count = count;
    return lineStart;
  }

  /// Whether the access reaches beyond the last address there is.
  private static boolean wraps(long address, int size) {
    return address < 0 && address > -size;
  }

  /// Sets what all accesses of a run have in common, and counts them.
  private void finish(AccessBatch batch, int from) {
    int to = batch.count;
    if (to > from) {
      Arrays.fill(batch.threads, from, to, text.currentThread());
      Arrays.fill(batch.flags, from, to, (byte) 0);
      Arrays.fill(batch.timesNs, from, to, AccessBatch.NO_TIME);
      tally.accesses += to - from;
    }
  }

  @Override
  public String adviceWithoutAccess() {
    return "lackey writes accesses only with --trace-mem=yes";
  }

  @Override
  public List<TraceThread> threads() {
    return text.threads();
  }

  @Override
  public List<TraceProcess> processes() {
    return text.processes();
  }
}
