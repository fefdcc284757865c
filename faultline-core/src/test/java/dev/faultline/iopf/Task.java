package dev.faultline.iopf;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Something that runs on a thread of its own beside the test.
final class Task {
  /// What a task does.
  @FunctionalInterface
  interface Body {
    void run() throws Exception;
  }

  private static final int LIMIT_S = 20;

  private final FutureTask<Void> future;
  private final Thread thread;

  private Task(Body body) {
    future =
        new FutureTask<>(() -> {
          body.run();
          return null;
        });
    thread = Thread.ofPlatform().daemon().name("test task").start(future);
  }

  static Task start(Body body) {
    return new Task(body);
  }

  boolean isDone() {
    return future.isDone();
  }

  Thread thread() {
    return thread;
  }

  /// Waits for its end and throws what it threw.
  void await() {
    try {
      future.get(LIMIT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      AssertionError hung = new AssertionError("the task hangs");
      hung.setStackTrace(thread.getStackTrace());
      throw hung;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
