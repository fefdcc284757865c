package dev.faultline.app;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.faultline.iopf.FaultClock;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The arrows between the modules, and what the core may not do by itself.
///
/// It stands in the application's tests because only the application sees every module.
class ArchitectureTest {
  private static final String[] CORE = {"dev.faultline.iopf..", "dev.faultline.sva.."};
  private static final String HARDWARE = "dev.faultline.hardware..";
  private static final String MODEL = "dev.faultline.model..";
  private static final String TRACE = "dev.faultline.trace..";
  private static final String APP = "dev.faultline.app..";
  private static final String JDK = "java..";
  private static final String ANNOTATIONS = "org.jspecify.annotations..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.faultline");

  @ParameterizedTest
  @ValueSource(strings = {"iopf", "hardware", "model", "trace", "app"})
  void everyModuleIsSeen(String module) {
    String root = "dev.faultline." + module;

    assertThat(CLASSES)
        .anyMatch(found ->
            found.getPackageName().equals(root) || found.getPackageName().startsWith(root + "."));
  }

  @Test
  void coreUsesNothingButTheJdk() {
    check(
        classes()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(and(CORE, JDK, ANNOTATIONS)));
  }

  @Test
  void hardwareUsesNothingButCore() {
    check(
        classes()
            .that()
            .resideInAPackage(HARDWARE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(and(CORE, HARDWARE, JDK, ANNOTATIONS)));
  }

  @Test
  void modelUsesNothingButCoreAndHardware() {
    check(
        classes()
            .that()
            .resideInAPackage(MODEL)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(and(CORE, HARDWARE, MODEL, JDK, ANNOTATIONS)));
  }

  @Test
  void traceUsesNothingButTheJdkAndAnUnpacker() {
    check(
        classes()
            .that()
            .resideInAPackage(TRACE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(TRACE, "io.airlift.compress..", JDK, ANNOTATIONS));
  }

  @Test
  void packagesOfTheLibraryModulesHaveNoCycles() {
    check(
        slices()
            .matching("dev.faultline.(**)")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(
                JavaClass.Predicates.resideInAPackage(APP), DescribedPredicate.alwaysTrue()));
  }

  @Test
  void noClassIsNamedAfterNothing() {
    check(
        noClasses()
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Common"));
  }

  @Test
  void coreStartsThreadsOnlyInItsThreadWorkers() throws ClassNotFoundException {
    Class<?> threadWorkers = Class.forName("dev.faultline.iopf.WorkerThreads");

    check(
        noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .and(DescribedPredicate.not(belongToAnyOf(threadWorkers)))
            .should(
                accessTargetWhere(
                    member(Thread.class, "<init>|start|ofPlatform|ofVirtual|startVirtualThread")))
            .orShould(accessTargetWhere(member(Executors.class, ".*")))
            .orShould(accessTargetWhere(member(ThreadPoolExecutor.class, "<init>")))
            .orShould(accessTargetWhere(member(ForkJoinPool.class, ".*")))
            .orShould(accessTargetWhere(member(CompletableFuture.class, ".*Async")))
            .orShould(accessTargetWhere(member(Timer.class, ".*"))));
  }

  @Test
  void coreReadsTheTimeOnlyInItsClock() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .and(DescribedPredicate.not(belongToAnyOf(FaultClock.class)))
            .should(accessTargetWhere(member(System.class, "nanoTime|currentTimeMillis")))
            .orShould(accessTargetWhere(member(Instant.class, "now")))
            .orShould(accessTargetWhere(member(Clock.class, "system.*|tick.*"))));
  }

  @Test
  void coreDrawsNoRandomNumbers() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should(accessTargetWhere(member(Random.class, ".*")))
            .orShould(accessTargetWhere(member(ThreadLocalRandom.class, ".*")))
            .orShould(accessTargetWhere(member(SecureRandom.class, ".*")))
            .orShould(accessTargetWhere(member(Math.class, "random"))));
  }

  /// Accesses to members of a class or its subclasses; method references count too.
  private static DescribedPredicate<JavaAccess<?>> member(Class<?> type, String names) {
    return target(owner(assignableTo(type)))
        .and(target(nameMatching(names)))
        .as("target is %s.%s", type.getSimpleName(), names)
        .forSubtype();
  }

  private static String[] and(String[] packages, String... more) {
    String[] all = new String[packages.length + more.length];
    System.arraycopy(packages, 0, all, 0, packages.length);
    System.arraycopy(more, 0, all, packages.length, more.length);
    return all;
  }

  /// A rule that selects no class fails.
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(CLASSES);
  }
}
