package dev.faultline.hardware.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.hardware.RecordField;
import dev.faultline.hardware.RecordKind;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import dev.faultline.iopf.ResponseCode;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DescriptorTest {
  private final MemorySegment record = MemorySegment.ofArray(new long[4]);

  @Test
  void H2_decodingNeverThrowsOnAnyBytes() {
    Random random = new Random(7);
    PageRequestBuffer buffer = new PageRequestBuffer(1);
    int[] kinds = new int[RecordKind.values().length];
    for (int i = 0; i < 300_000; i++) {
      for (int word = 0; word < 4; word++) {
        record.setAtIndex(PageRequestDescriptor.WORD, word, random.nextLong());
      }
      if (i % 4 != 0) {
        PageRequestDescriptor.FORMAT.set(record, 0, PageRequestDescriptor.FORMAT.field("type"), 1);
      }
      if (i % 3 == 0) {
        long sparse = random.nextLong() & random.nextLong() & 0x00ff_ffff_ffff_f007L;
        record.setAtIndex(PageRequestDescriptor.WORD, 1, sparse);
      }
      buffer.clear();
      RecordKind kind = PageRequestDescriptor.decode(record, 0, buffer, 0);
      kinds[kind.ordinal()]++;
      assertThat(kind).isEqualTo(PageRequestDescriptor.kind(record, 0));
      boolean isAdded = kind == RecordKind.REQUEST || kind == RecordKind.STOP_MARKER;
      assertThat(buffer.size()).isEqualTo(isAdded ? 1 : 0);
      assertThat(PageRequestDescriptor.malformedReason(record, 0).isEmpty())
          .isEqualTo(kind != RecordKind.MALFORMED);
    }
    assertThat(kinds).doesNotContain(0);
  }

  @Test
  void H1_encodingOfWhatWasDecodedKeepsEveryDefinedBit() {
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      boolean hasPasid = random.nextBoolean();
      int access = random.nextInt(16);
      if (!hasPasid) {
        access &= Access.READ | Access.WRITE;
      } else if ((access & Access.READ) == 0) {
        access &= ~Access.EXECUTE;
      }
      int requesterId = random.nextInt(1 << 16);
      int pasid = hasPasid ? random.nextInt(Pasid.MAX + 1) : Pasid.NONE;
      int groupIndex = random.nextInt(512);
      long address = random.nextLong() & -4096L;
      boolean last = random.nextBoolean();
      PageRequestDescriptor.encode(
          record, 0, requesterId, pasid, groupIndex, address, access, last);
      assertThat(PageRequestDescriptor.requesterId(record, 0)).isEqualTo(requesterId);
      assertThat(PageRequestDescriptor.pasid(record, 0)).isEqualTo(pasid);
      assertThat(PageRequestDescriptor.groupIndex(record, 0)).isEqualTo(groupIndex);
      assertThat(PageRequestDescriptor.address(record, 0)).isEqualTo(address);
      assertThat(PageRequestDescriptor.access(record, 0)).isEqualTo(access);
      assertThat(PageRequestDescriptor.isLast(record, 0)).isEqualTo(last);
      assertThat(PageRequestDescriptor.FORMAT.reservedBitsSet(record, 0).isEmpty()).isTrue();
    }
  }

  @Test
  void H1_reservedBitsAreIgnoredOnReadButReported() {
    PageRequestDescriptor.encode(record, 0, 0x6a01, 5, 3, 0x1000, Access.READ, true);
    record.set(PageRequestDescriptor.WORD, 0, record.get(PageRequestDescriptor.WORD, 0) | 1L << 10);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.REQUEST);
    assertThat(PageRequestDescriptor.FORMAT.reservedBitsSet(record, 0).toString())
        .isEqualTo("{10}");
  }

  @Test
  void L37_stopMarkerNeedsAPasid() {
    PageRequestDescriptor.encode(record, 0, 1, 5, 0, 0, Access.NONE, true);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.STOP_MARKER);
    PageRequestDescriptor.encode(record, 0, 1, Pasid.NONE, 0, 0, Access.NONE, true);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.REQUEST);
  }

  @Test
  void L37_presenceProbeThatIsNotLastIsNoStopMarker() {
    PageRequestDescriptor.encode(record, 0, 1, 5, 0, 0x1000, Access.NONE, false);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.REQUEST);
  }

  @Test
  void L20_nonCanonicalAddressIsMalformedWithItsReason() {
    PageRequestDescriptor.encode(record, 0, 1, 5, 0, 0x0100_0000_0000_0000L, Access.READ, true);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.MALFORMED);
    assertThat(PageRequestDescriptor.malformedReason(record, 0))
        .isEqualTo("address 0x100000000000000 is not canonical");
    PageRequestDescriptor.encode(record, 0, 1, 5, 0, 0xff00_0000_0000_0000L, Access.READ, true);
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.REQUEST);
  }

  @Test
  void anotherDescriptorTypeIsNoFault() {
    assertThat(PageRequestDescriptor.kind(record, 0)).isEqualTo(RecordKind.NON_FAULT);
  }

  @Test
  void executeAndPrivilegedHaveNoMeaningWithoutAPasid() {
    PageRequestDescriptor.encode(record, 0, 1, 5, 0, 0, Access.ALL, true);
    assertThat(PageRequestDescriptor.access(record, 0)).isEqualTo(Access.ALL);
    RecordField present = PageRequestDescriptor.FORMAT.field("pasid_present");
    PageRequestDescriptor.FORMAT.set(record, 0, present, 0);
    assertThat(PageRequestDescriptor.access(record, 0)).isEqualTo(Access.READ | Access.WRITE);
  }

  @Test
  void L8_failureIsFifteenOnTheWire() {
    assertThat(PageGroupResponseDescriptor.wireCode(ResponseCode.SUCCESS)).isZero();
    assertThat(PageGroupResponseDescriptor.wireCode(ResponseCode.INVALID)).isOne();
    assertThat(PageGroupResponseDescriptor.wireCode(ResponseCode.FAILURE)).isEqualTo(15);
    for (int code = 2; code < 16; code++) {
      assertThat(PageGroupResponseDescriptor.responseCode(code)).isEqualTo(ResponseCode.FAILURE);
    }
    for (ResponseCode code : ResponseCode.values()) {
      assertThat(
              PageGroupResponseDescriptor.responseCode(PageGroupResponseDescriptor.wireCode(code)))
          .isEqualTo(code);
    }
  }

  @Test
  void textNamesFieldsAsTheVectorsDo() {
    PageRequestDescriptor.encode(
        record, 0, 0x6a01, 74565, 511, 0x7fff_f7dd_0000L, Access.READ | Access.WRITE, true);
    assertThat(PageRequestDescriptor.FORMAT.toText(record, 0))
        .isEqualTo(
            "type=1 pasid_present rid=27137 pasid=74565 read write last prgi=511"
                + " addr=0x7ffff7dd0000");
  }
}
