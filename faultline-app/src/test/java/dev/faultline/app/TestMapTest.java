package dev.faultline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The table in `TESTING.md` is complete and true: every rule and lesson has a row with tests or a
/// reason, and every test that is named there exists, runs, and asserts something.
class TestMapTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /// Ranges of rule numbers that the specification uses, first and last.
  private static final int[][] RULES = {
    {1, 6}, {10, 11}, {20, 22}, {30, 36}, {40, 47}, {50, 55}, {60, 66}, {70, 71}, {80, 80}
  };

  private static final int LESSONS = 121;
  private static final Pattern ROW = Pattern.compile("\\| ([QL]\\d+) \\| ([^|]+) \\| (.+) \\|");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern METHOD =
      Pattern.compile("\\b(?:void|private static \\S+|private \\S+) (\\w+)\\([^)]*\\)[^;{]*\\{");
  private static final Pattern NUMBERED = Pattern.compile("((?:[QL]\\d+_)+)\\w+");
  private static final int MIN_REASON = 8;

  /// One test class of the repository.
  private static final class TestClass {
    final Map<String, String> bodies = new LinkedHashMap<>();
    final Set<String> disabled = new HashSet<>();

    TestClass(String source) {
      boolean all = source.substring(0, source.indexOf('{')).contains("@Disabled");
      Matcher method = METHOD.matcher(source);
      while (method.find()) {
        String name = method.group(1);
        bodies.put(name, bodyFrom(source, method.end()));
        String before = source.substring(0, method.start());
        int end = Math.max(before.lastIndexOf('}'), before.lastIndexOf(';'));
        if (all || before.substring(end + 1).contains("@Disabled")) {
          disabled.add(name);
        }
      }
    }

    private static String bodyFrom(String source, int start) {
      int depth = 1;
      int at = start;
      while (depth > 0 && at < source.length()) {
        char c = source.charAt(at++);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
      return source.substring(start, at);
    }

    /// Whether a method asserts something, itself or through a method of its class.
    boolean asserts(String name, Set<String> seen) {
      String body = bodies.get(name);
      if (body == null || !seen.add(name)) {
        return false;
      }
      if (body.contains("assert") || body.contains("Invariants.check")) {
        return true;
      }
      return bodies.keySet().stream()
          .filter(other -> body.contains(other + "("))
          .anyMatch(other -> asserts(other, seen));
    }
  }

  private static final Map<String, List<TestClass>> CLASSES = new TreeMap<>();
  private static final Map<String, String> ROWS = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        readTests(module.resolve("src/test/java"));
      }
    }
    for (String line : Files.readAllLines(ROOT.resolve("TESTING.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(ROWS.put(row.group(1), row.group(3))).as("second row of " + line).isNull();
      }
    }
  }

  private static void readTests(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.filter(file -> file.toString().endsWith(".java")).forEach(TestMapTest::readTest);
    }
  }

  private static void readTest(Path file) {
    try {
      String name = file.getFileName().toString().replace(".java", "");
      String source = Files.readString(file);
      if (source.indexOf('{') >= 0) {
        CLASSES.computeIfAbsent(name, key -> new ArrayList<>()).add(new TestClass(source));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyRuleAndLessonHasARow() {
    Set<String> expected = new TreeSet<>();
    for (int[] range : RULES) {
      for (int rule = range[0]; rule <= range[1]; rule++) {
        expected.add("Q" + rule);
      }
    }
    for (int lesson = 1; lesson <= LESSONS; lesson++) {
      expected.add("L" + lesson);
    }
    assertThat(ROWS.keySet()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyRowNamesATestOrALessonsReason() {
    ROWS.forEach((number, cell) -> {
      if (!TEST.matcher(cell).find()) {
        assertThat(number).as("a rule needs a test").startsWith("L");
        assertThat(cell).as(number).hasSizeGreaterThan(MIN_REASON).doesNotContain("?");
      }
    });
  }

  @Test
  void everyNamedTestExistsRunsAndAsserts() {
    List<String> wrong = new ArrayList<>();
    ROWS.forEach((number, cell) -> {
      Matcher named = TEST.matcher(cell);
      while (named.find()) {
        String problem = problem(named.group(1), named.group(2));
        if (!problem.isEmpty()) {
          wrong.add(number + ": " + named.group() + " " + problem);
        }
      }
    });
    assertThat(wrong).isEmpty();
  }

  private static String problem(String className, String method) {
    for (TestClass candidate : CLASSES.getOrDefault(className, List.of())) {
      if (candidate.bodies.containsKey(method)) {
        if (candidate.disabled.contains(method)) {
          return "is disabled";
        }
        return candidate.asserts(method, new HashSet<>()) ? "" : "asserts nothing";
      }
    }
    return "does not exist";
  }

  @Test
  void noRowGivesAReasonWhereThereIsATest() {
    List<String> outdated = new ArrayList<>();
    CLASSES.forEach((name, candidates) -> {
      for (TestClass candidate : candidates) {
        for (String method : candidate.bodies.keySet()) {
          addOutdated(outdated, name, method);
        }
      }
    });
    assertThat(outdated).isEmpty();
  }

  private static void addOutdated(List<String> outdated, String className, String method) {
    Matcher numbered = NUMBERED.matcher(method);
    if (!numbered.matches()) {
      return;
    }
    for (String number : numbered.group(1).split("_")) {
      if (!TEST.matcher(ROWS.getOrDefault(number, "")).find()) {
        outdated.add(number + " has a test now: `" + className + "#" + method + "`");
      }
    }
  }

  @Test
  void whatIsWrongIsNoticed() {
    TestClass sample =
        new TestClass(
            """
            class Sample {
              @Test
              void good() {
                assertThat(1).isOne();
              }

              @Test
              @Disabled("later")
              void disabled() {
                assertThat(1).isOne();
              }

              @Test
              void empty() {
                new Object().hashCode();
              }

              @Test
              void throughAnother() {
                check(1);
              }

              private void check(int n) {
                assertThat(n).isOne();
              }
            }
            """);

    assertThat(sample.disabled).containsExactly("disabled");
    assertThat(sample.asserts("good", new HashSet<>())).isTrue();
    assertThat(sample.asserts("empty", new HashSet<>())).isFalse();
    assertThat(sample.asserts("throughAnother", new HashSet<>())).isTrue();
    assertThat(sample.asserts("missing", new HashSet<>())).isFalse();
    assertThat(problem("NoSuchClass", "nothing")).isEqualTo("does not exist");
  }
}
