package dev.faultline.iopf;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The handler of an address space: makes the pages of a group present, then answers (rules Q41 to
/// Q47). One instance for each address space, set under as many devices and PASIDs as are bound to
/// it; called by several workers at a time.
///
/// Runs of adjacent requests with the same permissions go to the address space as one call. A page
/// that was already resolved in the group, or in the worker's pass, is not asked for again. If
/// another worker is just resolving the page, the group is put aside and goes on when that is done,
/// so that no worker waits.
public final class ResolvingHandler implements FaultHandler {
  private final PageResolver resolver;
  private final Settings settings;
  private final PagesInFlight inFlight = new PagesInFlight();

  /// How groups are resolved.
  ///
  /// @param continueAfterError whether the requests behind a failing one are handled too; the
  ///   answer is INVALID all the same, but a retry of the good pages needs no new fault (rule Q41)
  /// @param faultAroundPages size of the aligned window of pages that is made present around a
  ///   demanded one, a power of two; 1 = none
  /// @param shareInFlight whether a page that another worker is resolving is waited for instead of
  ///   resolved twice (rule Q47)
  public record Settings(boolean continueAfterError, int faultAroundPages, boolean shareInFlight) {
    /// Sticky errors, no fault-around, pages in flight shared.
    public static final Settings DEFAULT = new Settings(false, 1, true);

    /// Checks the window.
    public Settings {
      if (faultAroundPages < 1
          || faultAroundPages > 1 << 16
          || Integer.bitCount(faultAroundPages) != 1) {
        throw new IllegalArgumentException(
            "fault-around of " + faultAroundPages + " pages is not a power of two in 1..65536");
      }
    }
  }

  /// Makes the handler of an address space.
  public ResolvingHandler(PageResolver resolver, Settings settings) {
    this.resolver = resolver;
    this.settings = settings;
  }

  @Override
  public void handle(FaultGroup group) {
    new Walk(this, group).run();
  }

  /// The way through the requests of one group. Short-lived: the compiler keeps it in registers
  /// unless it is put aside.
  static final class Walk {
    private final ResolvingHandler handler;
    private final FaultGroup group;
    private int next;
    private boolean failed;

    Walk(ResolvingHandler handler, FaultGroup group) {
      this.handler = handler;
      this.group = group;
    }

    void run() {
      WorkerContext context = group.context;
      if (context == null) {
        throw new IllegalStateException("the group is not in use");
      }
      int pageShift = group.queue.config().pageShift();
      boolean share = handler.settings.shareInFlight && group.queue.isConcurrent();
      if (step(context, pageShift, share)) {
        group.respond(failed ? ResponseCode.INVALID : ResponseCode.SUCCESS);
      }
    }

    /// Resolves the requests from `next` on.
    ///
    /// @return false if the group was put aside
    private boolean step(WorkerContext context, int pageShift, boolean share) {
      PassCache cache = context.passCache;
      int size = group.size();
      int duplicates = 0;
      int pages = 0;
      int around = 0;
      boolean finished = true;
      while (next < size && (!failed || handler.settings.continueAfterError)) {
        int access = group.access(next);
        long page = group.address(next) >>> pageShift;
        if (cache.contains(handler, page, access)) {
          duplicates++;
          next++;
          continue;
        }
        int run = runLength(cache, size, page, access, pageShift);
        long address = page << pageShift;
        if (share) {
          int free = handler.inFlight.begin(group, this, page, run, access);
          if (free == 0) {
            finished = false;
            break;
          }
          run = free;
        }
        int done = 0;
        try {
          done = handler.resolver.makePresent(address, run, access);
        } finally {
          if (share) {
            handler.inFlight.end(group, handler, done);
          }
        }
        pages += Math.min(run, done + 1);
        for (int i = 0; i < done; i++) {
          cache.add(handler, page + i, access);
        }
        if (done > 0 && handler.settings.faultAroundPages > 1) {
          around += populateAround(address, done, access, pageShift);
        }
        failed |= done < run;
        next += done < run ? done + 1 : run;
      }
      count(context, pages, around, duplicates);
      return finished;
    }

    private int runLength(PassCache cache, int size, long page, int access, int pageShift) {
      int run = 1;
      while (next + run < size
          && group.address(next + run) >>> pageShift == page + run
          && group.access(next + run) == access
          && !cache.contains(handler, page + run, access)) {
        run++;
      }
      return run;
    }

    private int populateAround(long address, int done, int access, int pageShift) {
      int window = handler.settings.faultAroundPages;
      int populated = 0;
      long windowBytes = (long) window << pageShift;
      long end = address + ((long) done << pageShift);
      for (long at = address; at - end < 0; at = (at | windowBytes - 1) + 1) {
        try {
          populated += handler.resolver.populateAround(at, access, window);
        } catch (RuntimeException e) {
          // The demanded page is there: what goes wrong around it must not fail it (lesson L99).
          return populated;
        }
        if ((at | windowBytes - 1) == -1L) {
          break;
        }
      }
      return populated;
    }

    private void count(WorkerContext context, int pages, int around, int duplicates) {
      FaultProducer producer = group.producer();
      Route route = group.route;
      if (pages > 0) {
        producer.countWork(context, route, FaultCounter.PAGES, pages);
      }
      if (around > 0) {
        producer.countWork(context, route, FaultCounter.PAGES_AROUND, around);
      }
      if (duplicates > 0) {
        producer.countWork(context, route, FaultCounter.DUPLICATES, duplicates);
      }
    }
  }

  /// A group that waits for a page in flight.
  ///
  /// @param kept the handle to answer it by
  /// @param next the request that waits
  /// @param page its page
  /// @param failed whether a request before it failed
  record Waiter(DeliveredGroup kept, int next, long page, boolean failed) {}

  /// Keeps a group that has to wait; null if it was voided meanwhile and nothing is left to do for
  /// it.
  static @Nullable Waiter putAside(FaultGroup group, Walk walk, long page) {
    DeliveredGroup kept = group.tryDeliver();
    return kept == null ? null : new Waiter(kept, walk.next, page, walk.failed);
  }

  /// Goes on with a group whose page has been resolved, or not, by somebody else's call.
  void goOn(Waiter waiter, boolean present, int pageShift) {
    try {
      goOnFrom(waiter, present, pageShift);
    } catch (RuntimeException | Error e) {
      // An address space that throws is an INVALID answer, as in a handler (rule Q6).
      waiter.kept.respond(ResponseCode.INVALID);
    }
  }

  private void goOnFrom(Waiter waiter, boolean present, int pageShift) {
    DeliveredGroup kept = waiter.kept;
    boolean failed = waiter.failed || !present;
    int next = waiter.next + 1;
    FaultProducer producer = kept.slot().producer;
    if (producer != null && present) {
      producer.countShared(FaultCounter.DUPLICATES, 1);
    }
    try {
      int size = kept.size();
      while (next < size && (!failed || settings.continueAfterError)) {
        long page = kept.address(next) >>> pageShift;
        int access = kept.access(next);
        VarHandle.loadLoadFence();
        if (!kept.isOpen()) {
          return;
        }
        int done = resolver.makePresent(page << pageShift, 1, access);
        if (producer != null) {
          producer.countShared(FaultCounter.PAGES, 1);
        }
        failed |= done < 1;
        next++;
      }
    } catch (IllegalStateException voided) {
      if (kept.isOpen()) {
        throw voided;
      }
      // Somebody else has answered the group: nothing is left to do for it.
      return;
    }
    kept.respond(failed ? ResponseCode.INVALID : ResponseCode.SUCCESS);
  }
}
