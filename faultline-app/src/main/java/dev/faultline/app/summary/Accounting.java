package dev.faultline.app.summary;

/// What is needed beside the summary's main figures to see that they add up.
///
/// @param grouped requests that became part of a group
/// @param pendingPartials partials that still waited at the end
/// @param openGroups groups without an answer at the end
/// @param voidedByReset groups that a device reset voided without an answer
/// @param timedGroups groups whose stages were timed
/// @param refusedSuccess last requests answered SUCCESS without a group, since there was no room
/// @param refusedInvalid requests refused for another reason; last ones were answered INVALID
public record Accounting(
    long grouped,
    long pendingPartials,
    long openGroups,
    long voidedByReset,
    long timedGroups,
    long refusedSuccess,
    long refusedInvalid) {}
