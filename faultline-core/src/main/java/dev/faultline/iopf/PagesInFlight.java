package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The runs of pages of one address space that workers are resolving at this moment, and the groups
/// that wait for them (rule Q47). There are never more than threads that resolve. Guarded by this
/// object's monitor, which is never held while the address space works.
final class PagesInFlight {
  private static final class Run {
    long page;
    int pages;
    int access;
    @Nullable FaultGroup owner;
    final List<ResolvingHandler.Waiter> waiters = new ArrayList<>();
  }

  private final List<Run> live = new ArrayList<>();
  private final List<Run> free = new ArrayList<>();

  /// Announces a run, or puts the group aside if its first page is in flight already.
  ///
  /// @return how many leading pages of the run are the caller's to resolve; 0 = put aside
  synchronized int begin(
      FaultGroup group, ResolvingHandler.Walk walk, long page, int pages, int access) {
    int own = pages;
    for (Run run : live) {
      if ((access & ~run.access) != 0) {
        continue;
      }
      long offset = page - run.page;
      if (offset >= 0 && offset < run.pages) {
        ResolvingHandler.Waiter waiter = ResolvingHandler.putAside(group, walk, page);
        if (waiter != null) {
          run.waiters.add(waiter);
        }
        return 0;
      }
      if (offset < 0 && -offset < own) {
        own = (int) -offset;
      }
    }
    Run run = free.isEmpty() ? new Run() : free.removeLast();
    run.page = page;
    run.pages = own;
    run.access = access;
    run.owner = group;
    live.add(run);
    return own;
  }

  /// Ends the caller's run and goes on with the groups that waited for it.
  ///
  /// @param done how many leading pages are present now
  void end(FaultGroup group, ResolvingHandler handler, int done) {
    List<ResolvingHandler.Waiter> waiters = List.of();
    long page = 0;
    synchronized (this) {
      for (int i = 0; i < live.size(); i++) {
        Run run = live.get(i);
        if (run.owner == group) {
          live.remove(i);
          page = run.page;
          if (!run.waiters.isEmpty()) {
            waiters = new ArrayList<>(run.waiters);
            run.waiters.clear();
          }
          run.owner = null;
          free.add(run);
          break;
        }
      }
    }
    if (!waiters.isEmpty()) {
      int pageShift = group.queue.config().pageShift();
      for (ResolvingHandler.Waiter waiter : waiters) {
        handler.goOn(waiter, waiter.page() - page < done, pageShift);
      }
    }
  }
}
