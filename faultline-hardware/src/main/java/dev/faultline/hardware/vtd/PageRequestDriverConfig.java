package dev.faultline.hardware.vtd;

/// Sizes of a page request driver.
///
/// @param batchRecords most requests in one report, 1 to 65,536. Larger batches cost less per
///   request; smaller ones start the first request sooner
/// @param headRecords after how many records the head is published within one pass, at least 1. The
///   larger, the wider the window for an overflow (lesson L48)
/// @param pollRecords most records in one pass of the driver thread, at least 1
public record PageRequestDriverConfig(int batchRecords, int headRecords, int pollRecords) {
  /// Requests per report by default.
  public static final int DEFAULT_BATCH_RECORDS = 16;

  /// Records per head update by default.
  public static final int DEFAULT_HEAD_RECORDS = 16;

  /// Records per pass by default.
  public static final int DEFAULT_POLL_RECORDS = 256;

  private static final int MAX_BATCH_RECORDS = 65_536;

  /// Checks the sizes.
  public PageRequestDriverConfig {
    if (batchRecords < 1 || batchRecords > MAX_BATCH_RECORDS) {
      throw new IllegalArgumentException(
          "batchRecords " + batchRecords + " is not in 1.." + MAX_BATCH_RECORDS);
    }
    if (headRecords < 1 || pollRecords < 1) {
      throw new IllegalArgumentException(
          "headRecords " + headRecords + " and pollRecords " + pollRecords + " must be at least 1");
    }
  }

  /// Returns the default sizes.
  public static PageRequestDriverConfig defaults() {
    return new PageRequestDriverConfig(
        DEFAULT_BATCH_RECORDS, DEFAULT_HEAD_RECORDS, DEFAULT_POLL_RECORDS);
  }

  /// Returns these sizes with another number of requests per report.
  public PageRequestDriverConfig withBatchRecords(int records) {
    return new PageRequestDriverConfig(records, headRecords, pollRecords);
  }

  /// Returns these sizes with another number of records per head update.
  public PageRequestDriverConfig withHeadRecords(int records) {
    return new PageRequestDriverConfig(batchRecords, records, pollRecords);
  }

  /// Returns these sizes with another number of records per pass.
  public PageRequestDriverConfig withPollRecords(int records) {
    return new PageRequestDriverConfig(batchRecords, headRecords, records);
  }
}
