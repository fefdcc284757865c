package dev.faultline.iopf;

/// Counts the different pages of one PASID: exact in a small set, then an estimate from the
/// smallest hashes (k minimum values), so that a device cannot make it grow. Guarded by the
/// producer's lock; the count is read by anybody.
///
/// The set holds hashes (a bijection of the page number, so exact). When it is full, only hashes
/// below a limit are kept and the limit is halved: the count of kept hashes times 2^halvings
/// estimates the whole, within about 1 / sqrt(2048) = 2 %.
final class DistinctPages {
  private static final int FIRST_SLOTS = 64;
  private static final int MAX_SLOTS = 8192;

  private long[] slots = new long[FIRST_SLOTS];
  private int used;
  private int halvings;

  /// The bits that no kept hash has.
  private long tooLarge;

  private boolean zero;

  void add(long page) {
    long hash = mix(page);
    if (hash == 0) {
      zero = true;
      return;
    }
    if ((hash & tooLarge) != 0) {
      return;
    }
    long[] s = slots;
    int mask = s.length - 1;
    int at = (int) hash & mask;
    while (s[at] != 0) {
      if (s[at] == hash) {
        return;
      }
      at = (at + 1) & mask;
    }
    s[at] = hash;
    used++;
    if (used > s.length / 2) {
      rehash();
    }
  }

  /// Returns the count, exact as long as nothing was halved.
  long count() {
    return ((long) used << halvings) + (zero ? 1 : 0);
  }

  private void rehash() {
    long[] old = slots;
    if (old.length < MAX_SLOTS) {
      slots = new long[Math.min(old.length * 4, MAX_SLOTS)];
    } else {
      slots = new long[MAX_SLOTS];
      halvings++;
      tooLarge = -1L << (64 - halvings);
    }
    used = 0;
    int mask = slots.length - 1;
    for (long hash : old) {
      if (hash != 0 && (hash & tooLarge) == 0) {
        int at = (int) hash & mask;
        while (slots[at] != 0) {
          at = (at + 1) & mask;
        }
        slots[at] = hash;
        used++;
      }
    }
  }

  /// A bijective mixer of 64 bits.
  private static long mix(long page) {
    long h = page * 0x9E37_79B9_7F4A_7C15L;
    h ^= h >>> 32;
    h *= 0xD6E8_FEB8_6659_FD93L;
    h ^= h >>> 32;
    return h;
  }
}
