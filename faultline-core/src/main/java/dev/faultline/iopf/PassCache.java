package dev.faultline.iopf;

import org.jspecify.annotations.Nullable;

/// The pages that one worker has resolved in its present pass, so that further requests for them in
/// the same group or pass are answered without asking the address space again (rules Q44, Q47;
/// lesson L96). Valid because every group of a pass was queued before the pass began. One thread.
///
/// Open addressing; an entry is live if it carries the present pass's number, so a new pass starts
/// empty without clearing anything.
final class PassCache {
  private static final int FIRST_SLOTS = 64;
  private static final int MAX_SLOTS = 1 << 16;

  private long[] pages = new long[FIRST_SLOTS];
  private @Nullable Object[] owners = new @Nullable Object[FIRST_SLOTS];
  private int[] accesses = new int[FIRST_SLOTS];
  private long[] passes = new long[FIRST_SLOTS];
  private long pass = 1;
  private int used;

  void nextPass() {
    pass++;
    used = 0;
  }

  /// Returns whether `owner` has made `page` present for at least `access` in this pass.
  boolean contains(Object owner, long page, int access) {
    if (used == 0) {
      return false;
    }
    int mask = pages.length - 1;
    for (int at = slot(page, mask); passes[at] == pass; at = (at + 1) & mask) {
      if (pages[at] == page && owners[at] == owner && (access & ~accesses[at]) == 0) {
        return true;
      }
    }
    return false;
  }

  void add(Object owner, long page, int access) {
    if (used * 2 >= pages.length && !grow()) {
      return;
    }
    insert(owner, page, access);
  }

  private void insert(Object owner, long page, int access) {
    int mask = pages.length - 1;
    int at = slot(page, mask);
    while (passes[at] == pass) {
      at = (at + 1) & mask;
    }
    pages[at] = page;
    owners[at] = owner;
    accesses[at] = access;
    passes[at] = pass;
    used++;
  }

  private boolean grow() {
    int slots = pages.length * 4;
    if (slots > MAX_SLOTS) {
      return false;
    }
    long[] oldPages = pages;
    @Nullable Object[] oldOwners = owners;
    int[] oldAccesses = accesses;
    long[] oldPasses = passes;
    pages = new long[slots];
    owners = new @Nullable Object[slots];
    accesses = new int[slots];
    passes = new long[slots];
    used = 0;
    for (int i = 0; i < oldPages.length; i++) {
      Object owner = oldOwners[i];
      if (oldPasses[i] == pass && owner != null) {
        insert(owner, oldPages[i], oldAccesses[i]);
      }
    }
    return true;
  }

  private static int slot(long page, int mask) {
    return (int) (page * 0x9E37_79B9_7F4A_7C15L >>> 40) & mask;
  }
}
