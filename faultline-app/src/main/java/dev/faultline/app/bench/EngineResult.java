package dev.faultline.app.bench;

import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/// What one case measured: the component names are the names in the JSON.
///
/// @param nsPerFault median over the repetitions
/// @param nsPerFaultMin fastest repetition
/// @param nsPerFaultMax slowest repetition
/// @param faultsPerSecond of the median
/// @param bytesPerFault bytes that all threads allocated for a fault
/// @param repetitions measured repetitions
/// @param faultsPerRepetition page requests in each
/// @param warmUps repetitions before
/// @param groups groups reported, warm-up included
/// @param answered groups answered; the same number, or the case fails
record EngineResult(
    int groupSize,
    int reportBatch,
    int workers,
    int devices,
    int backlog,
    double nsPerFault,
    double nsPerFaultMin,
    double nsPerFaultMax,
    long faultsPerSecond,
    double bytesPerFault,
    int repetitions,
    long faultsPerRepetition,
    int warmUps,
    long groups,
    long answered) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

  /// Returns the result as one line of JSON.
  String toJson() {
    return MAPPER.writeValueAsString(this);
  }

  static EngineResult ofJson(String json) {
    return MAPPER.readValue(json, EngineResult.class);
  }
}
