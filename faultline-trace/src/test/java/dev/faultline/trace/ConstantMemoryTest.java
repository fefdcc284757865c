package dev.faultline.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/// A trace ten times as long allocates no more.
class ConstantMemoryTest {
  private static final int ONE = 100_000;
  private static final long TOLERATED_BYTES = 64 << 10;

  @Test
  void lackeyTracesOfAnyLengthCostTheSameMemory() throws Exception {
    assertConstant("I  04025310,3\n L 1fff000690,8\n M 04a25310,4\n==1== a message\n");
  }

  @Test
  void perfTracesOfAnyLengthCostTheSameMemory() throws Exception {
    assertConstant(
        """
                     gcc   100/100   [000]  1.000001: exceptions:page_fault_kernel: address=0x7fb864f3a110 ip=elf_load error_code=0x2
                     gcc   100/101   [001]  1.000002:   exceptions:page_fault_user: address=0x7fb864f3b110 ip=0x7fb864f20b70 error_code=0x14
                     gcc   100/100   [001]  1.000003: sched:sched_switch: prev_comm=gcc
        """);
  }

  private static void assertConstant(String lines) throws Exception {
    readRepeated(lines, ONE);
    long one = allocatedBy(lines, ONE);
    long ten = allocatedBy(lines, 10 * ONE);

    assertThat(ten)
        .as("one time %d bytes, ten times %d bytes", one, ten)
        .isLessThan(one + TOLERATED_BYTES);
  }

  private static long allocatedBy(String lines, int times) throws Exception {
    long before = allocatedBytes();
    readRepeated(lines, times);
    return allocatedBytes() - before;
  }

  private static void readRepeated(String lines, int times) throws Exception {
    AccessBatch batch = new AccessBatch(1024);
    long count = 0;
    try (TraceReader reader =
        TraceReader.open(new Repeated(Traces.utf8(lines), times), "repeated", Traces.STRICT)) {
      for (int got = reader.read(batch); got >= 0; got = reader.read(batch)) {
        count += got;
      }
    }
    assertThat(count % times).isZero();
  }

  /// Asks the virtual machine by reflection, since the module has no use for management otherwise.
  private static long allocatedBytes() throws Exception {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method method =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    return (long) method.invoke(bean);
  }

  /// The same text several times, without holding it.
  private static final class Repeated extends InputStream {
    private final byte[] text;
    private long left;
    private int at;

    Repeated(byte[] text, int times) {
      this.text = text;
      this.left = (long) text.length * times;
    }

    @Override
    public int read() {
      throw new AssertionError("single bytes are not read: %d left".formatted(left));
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int got = (int) Math.min(Math.min(length, text.length - at), left);
      System.arraycopy(text, at, into, offset, got);
      at = (at + got) % text.length;
      left -= got;
      return got;
    }
  }
}
