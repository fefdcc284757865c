package dev.faultline.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The C twin: the classic list-based fault queue, compiled here and run as a program of its own.
///
/// `main` runs one case: `ListQueueTwin GROUP_SIZE WORKERS FAULTS REPETITIONS [BACKLOG]`.
public final class ListQueueTwin {
  private static final Path SOURCE = Path.of("src", "main", "c", "list_queue.c");
  private static final Path MODULE = Path.of("faultline-benchmarks");
  private static final List<String> COMPILERS = List.of("gcc", "cc", "clang");

  private final Path program;

  private ListQueueTwin(Path program) {
    this.program = program;
  }

  /// Compiles the twin into the module's `target` folder. To be called from the project's folder or
  /// the module's.
  ///
  /// @throws IOException if the source or a compiler is not found, or compiling fails
  static ListQueueTwin compile() throws IOException, InterruptedException {
    Path module = Files.exists(SOURCE) ? Path.of("") : MODULE;
    Path source = module.resolve(SOURCE);
    if (!Files.exists(source)) {
      throw new IOException(source + " not found: run from the project's folder");
    }
    Path target = Files.createDirectories(module.resolve("target"));
    Path program = target.resolve("list_queue").toAbsolutePath();
    ChildProcess.run(
        List.of(
            compiler().toString(),
            "-O2",
            "-std=gnu11",
            "-pthread",
            "-o",
            program.toString(),
            source.toString()));
    return new ListQueueTwin(program);
  }

  private static Path compiler() throws IOException {
    String folders = System.getenv().getOrDefault("PATH", "");
    for (String name : COMPILERS) {
      for (String folder : folders.split(File.pathSeparator, -1)) {
        Path path = Path.of(folder, name);
        if (Files.isExecutable(path)) {
          return path;
        }
      }
    }
    throw new IOException("no C compiler on PATH: looked for " + String.join(", ", COMPILERS));
  }

  /// Runs one case.
  ///
  /// @return nanoseconds for a fault, the median of its repetitions
  double run(int groupSize, int workers, long faults, int repetitions, int backlog)
      throws IOException, InterruptedException {
    String line =
        ChildProcess.run(
            List.of(
                program.toString(),
                Integer.toString(groupSize),
                Integer.toString(workers),
                Long.toString(faults),
                Integer.toString(repetitions),
                Integer.toString(backlog)));
    return ChildProcess.number(line, "nsPerFault", "=");
  }

  /// Compiles and runs one case, and prints what the program printed.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 4) {
      System.err.println("usage: ListQueueTwin GROUP_SIZE WORKERS FAULTS REPETITIONS [BACKLOG]");
      System.exit(2);
    }
    int backlog = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0;
    double ns =
        compile()
            .run(
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[1]),
                Long.parseLong(arguments[2]),
                Integer.parseInt(arguments[3]),
                backlog);
    System.out.println(ns + " ns per fault");
  }
}
