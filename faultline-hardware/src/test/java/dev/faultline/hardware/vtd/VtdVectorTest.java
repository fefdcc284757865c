package dev.faultline.hardware.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.hardware.RecordField;
import dev.faultline.hardware.RecordFormat;
import dev.faultline.hardware.RecordKind;
import dev.faultline.iopf.Access;
import dev.faultline.iopf.PageRequestBuffer;
import dev.faultline.iopf.Pasid;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every vector in both directions, through the field tables and through the layout classes.
class VtdVectorTest {
  static Stream<VtdVector> requests() {
    return VtdVector.of("vtd.page_req_dsc").stream();
  }

  static Stream<VtdVector> responses() {
    return VtdVector.of("vtd.page_grp_resp_dsc").stream();
  }

  static Stream<VtdVector> queueStates() {
    return VtdVector.of("vtd.queue_state").stream();
  }

  static Stream<VtdVector> addressRegisters() {
    return VtdVector.of("vtd.pqa_reg").stream();
  }

  static Stream<VtdVector> pointerRegisters() {
    return Stream.of("vtd.pqh_reg", "vtd.pqt_reg").map(VtdVector::of).flatMap(List::stream);
  }

  static Stream<VtdVector> statusRegisters() {
    return VtdVector.of("vtd.prs_reg").stream();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void H1_fieldTableOfPageRequests(VtdVector vector) {
    assertBothWays(PageRequestDescriptor.FORMAT, vector);
  }

  @ParameterizedTest
  @MethodSource("responses")
  void H1_fieldTableOfPageGroupResponses(VtdVector vector) {
    assertBothWays(PageGroupResponseDescriptor.FORMAT, vector);
  }

  @ParameterizedTest
  @MethodSource("statusRegisters")
  void H1_fieldTableOfTheStatusRegister(VtdVector vector) {
    MemorySegment made = MemorySegment.ofArray(new byte[vector.bytes().length]);
    for (RecordField field : PageRequestRegisters.PRS_FORMAT.fields()) {
      Long expected = vector.fields().getOrDefault(field.name(), 0L);
      assertThat(PageRequestRegisters.PRS_FORMAT.get(vector.segment(), 0, field))
          .isEqualTo(expected);
      PageRequestRegisters.PRS_FORMAT.set(made, 0, field, expected);
    }
    assertThat(made.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(vector.bytes());
  }

  private static void assertBothWays(RecordFormat format, VtdVector vector) {
    MemorySegment made = MemorySegment.ofArray(new byte[format.bytes()]);
    MemorySegment given = vector.segment();
    assertThat(format.fields().stream().map(RecordField::name))
        .containsExactlyElementsOf(vector.fields().keySet());
    for (RecordField field : format.fields()) {
      assertThat(format.get(given, 0, field)).as(field.name()).isEqualTo(vector.get(field.name()));
      format.set(made, 0, field, vector.get(field.name()));
    }
    assertThat(made.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(vector.bytes());
    assertThat(format.reservedBitsSet(given, 0).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void H1_pageRequestDescriptor(VtdVector vector) {
    MemorySegment given = vector.segment();
    int pasid = vector.is("pasid_present") ? (int) vector.get("pasid") : Pasid.NONE;
    assertThat(PageRequestDescriptor.type(given, 0)).isEqualTo((int) vector.get("type"));
    assertThat(PageRequestDescriptor.requesterId(given, 0)).isEqualTo((int) vector.get("rid"));
    assertThat(PageRequestDescriptor.pasid(given, 0)).isEqualTo(pasid);
    assertThat(PageRequestDescriptor.groupIndex(given, 0)).isEqualTo((int) vector.get("prgi"));
    assertThat(PageRequestDescriptor.address(given, 0)).isEqualTo(vector.get("addr"));
    assertThat(PageRequestDescriptor.access(given, 0)).isEqualTo(accessOf(vector));
    assertThat(PageRequestDescriptor.isLast(given, 0)).isEqualTo(vector.is("last"));
    assertThat(PageRequestDescriptor.hasPrivateData(given, 0))
        .isEqualTo(vector.is("private_data_present"));
    assertThat(PageRequestDescriptor.privateData0(given, 0)).isEqualTo(vector.get("qw2"));
    assertThat(PageRequestDescriptor.privateData1(given, 0)).isEqualTo(vector.get("qw3"));

    MemorySegment made = MemorySegment.ofArray(new long[4]);
    PageRequestDescriptor.encode(
        made,
        0,
        (int) vector.get("rid"),
        pasid,
        (int) vector.get("prgi"),
        vector.get("addr"),
        accessOf(vector),
        vector.is("last"));
    if (vector.is("private_data_present")) {
      PageRequestDescriptor.putPrivateData(made, 0, vector.get("qw2"), vector.get("qw3"));
    }
    assertThat(made.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(vector.bytes());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void H1_pageRequestDescriptorIntoABuffer(VtdVector vector) {
    PageRequestBuffer buffer = new PageRequestBuffer(1);
    RecordKind kind = PageRequestDescriptor.decode(vector.segment(), 0, buffer, 17);
    assertThat(kind)
        .isEqualTo(
            vector.name().equals("stop_marker") ? RecordKind.STOP_MARKER : RecordKind.REQUEST);
    assertThat(buffer.size()).isOne();
    assertThat(buffer.requesterId(0)).isEqualTo((int) vector.get("rid"));
    assertThat(buffer.pasid(0))
        .isEqualTo(vector.is("pasid_present") ? (int) vector.get("pasid") : Pasid.NONE);
    assertThat(buffer.groupIndex(0)).isEqualTo((int) vector.get("prgi"));
    assertThat(buffer.address(0)).isEqualTo(vector.get("addr"));
    assertThat(buffer.access(0)).isEqualTo(accessOf(vector));
    assertThat(buffer.isLast(0)).isEqualTo(vector.is("last"));
    assertThat(buffer.privateData0(0)).isEqualTo(vector.get("qw2"));
    assertThat(buffer.privateData1(0)).isEqualTo(vector.get("qw3"));
  }

  @ParameterizedTest
  @MethodSource("responses")
  void H1_pageGroupResponseDescriptor(VtdVector vector) {
    MemorySegment given = vector.segment();
    int pasid = vector.is("pasid_present") ? (int) vector.get("pasid") : Pasid.NONE;
    assertThat(PageGroupResponseDescriptor.isPageGroupResponse(given, 0)).isTrue();
    assertThat(PageGroupResponseDescriptor.requesterId(given, 0))
        .isEqualTo((int) vector.get("rid"));
    assertThat(PageGroupResponseDescriptor.pasid(given, 0)).isEqualTo(pasid);
    assertThat(PageGroupResponseDescriptor.groupIndex(given, 0))
        .isEqualTo((int) vector.get("prgi"));
    assertThat(PageGroupResponseDescriptor.code(given, 0))
        .isEqualTo((int) vector.get("response_code"));

    MemorySegment made = MemorySegment.ofArray(new long[4]);
    PageGroupResponseDescriptor.encode(
        made,
        0,
        (int) vector.get("rid"),
        pasid,
        (int) vector.get("prgi"),
        (int) vector.get("response_code"));
    assertThat(made.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(vector.bytes());
  }

  @ParameterizedTest
  @MethodSource("queueStates")
  void H1_queueState(VtdVector vector) {
    PageRequestQueueState state = PageRequestQueueState.decode(vector.segment(), 0);
    assertThat(state.headOffset()).isEqualTo(vector.get("head_offset"));
    assertThat(state.tailOffset()).isEqualTo(vector.get("tail_offset"));
    assertThat(PageRequestRegisters.index(state.headOffset()))
        .isEqualTo((int) vector.get("head_index"));
    assertThat(PageRequestRegisters.index(state.tailOffset()))
        .isEqualTo((int) vector.get("tail_index"));
    assertThat(state.base()).isEqualTo(vector.get("base"));
    assertThat(state.entries()).isEqualTo((int) vector.get("entries"));
    assertThat(state.used()).isEqualTo((int) vector.get("used"));
    assertThat(state.isEmpty()).isEqualTo(vector.is("empty"));
    assertThat(state.isFull()).isEqualTo(vector.is("full"));
    assertThat(state.pending()).isEqualTo(vector.is("ppr"));
    assertThat(state.overflow()).isEqualTo(vector.is("pro"));

    byte[] made = new byte[PageRequestQueueState.BYTES];
    state.encode(MemorySegment.ofArray(made), 0);
    assertThat(made).isEqualTo(vector.bytes());
  }

  @ParameterizedTest
  @MethodSource("addressRegisters")
  void H1_queueAddressRegister(VtdVector vector) {
    long register = vector.segment().get(PageRequestDescriptor.WORD, 0);
    assertThat(PageRequestRegisters.base(register)).isEqualTo(vector.get("base"));
    assertThat(PageRequestRegisters.entries(register)).isEqualTo((int) vector.get("entries"));
    assertThat(PageRequestRegisters.entries(register) * 32L).isEqualTo(vector.get("bytes"));
    assertThat(PageRequestRegisters.pqa(vector.get("base"), (int) vector.get("entries")))
        .isEqualTo(register);
    RecordFormat format = PageRequestRegisters.PQA_FORMAT;
    assertThat(format.get(vector.segment(), 0, format.field("pqs"))).isEqualTo(vector.get("pqs"));
  }

  @ParameterizedTest
  @MethodSource("pointerRegisters")
  void H1_queuePointerRegisters(VtdVector vector) {
    long register = vector.segment().get(PageRequestDescriptor.WORD, 0);
    assertThat(PageRequestRegisters.offset(register)).isEqualTo(vector.get("offset"));
    assertThat(PageRequestRegisters.index(register)).isEqualTo((int) vector.get("index"));
    RecordFormat format = PageRequestRegisters.PQH_FORMAT;
    byte[] made = new byte[Long.BYTES];
    format.set(MemorySegment.ofArray(made), 0, format.field("index"), vector.get("index"));
    assertThat(made).isEqualTo(vector.bytes());
  }

  private static int accessOf(VtdVector vector) {
    return (vector.is("read") ? Access.READ : 0)
        | (vector.is("write") ? Access.WRITE : 0)
        | (vector.is("exec") ? Access.EXECUTE : 0)
        | (vector.is("priv") ? Access.PRIVILEGED : 0);
  }
}
