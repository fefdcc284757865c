/// The program: commands, progress, summaries, reports.
///
/// Run from the class path; the module keeps its dependencies honest. HdrHistogram is an automatic
/// module, hence the suppressed warning.
@SuppressWarnings("requires-automatic")
module dev.faultline.app {
  requires dev.faultline.core;
  requires dev.faultline.hardware;
  requires dev.faultline.model;
  requires dev.faultline.trace;
  requires HdrHistogram;
  requires info.picocli;
  requires jdk.management;
  requires static org.jspecify;
  requires tools.jackson.databind;

  opens dev.faultline.app to
      info.picocli;
  opens dev.faultline.app.bench to
      info.picocli,
      tools.jackson.databind;
  opens dev.faultline.app.replay to
      info.picocli;
  opens dev.faultline.app.script to
      info.picocli;
  opens dev.faultline.app.summary to
      tools.jackson.databind;
}
