package dev.faultline.model.mm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The page frames of a machine, shared by its address spaces. Thread-safe; allocates only when
/// more frames are in use than ever before.
public final class FrameMemory {
  /// Chunk `k` holds what is known of `1024 << k` frames.
  private static final int FIRST_CHUNK_BITS = 10;

  /// Times round before reclaim takes pages that are in use.
  private static final int GENTLE_ROUNDS = 2;

  /// Times round before reclaim gives up; others may hold all frames while they fill them.
  private static final int ROUNDS = 4096;

  /// What is known of some frames. `next` links the free ones, or those of a [FrameRing].
  private static final class Chunk {
    final int[] next;
    final int[] previous;
    final long[] address;
    final AtomicReferenceArray<@Nullable FrameOwner> owner;

    Chunk(int frames) {
      next = new int[frames];
      previous = new int[frames];
      address = new long[frames];
      owner = new AtomicReferenceArray<>(frames);
    }
  }

  private final int maxFrames;
  private final AtomicReferenceArray<Chunk> chunks = new AtomicReferenceArray<>(22);

  /// Top of the stack of free frames: frame + 1 in the low half, a change count in the high half.
  private final AtomicLong free = new AtomicLong();

  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger maxUsed = new AtomicInteger();

  /// The clock hand: the frame that reclaim looks at next.
  private final AtomicInteger hand = new AtomicInteger();

  /// Makes a memory.
  ///
  /// @param maxFrames number of frames; 0 for no limit
  /// @throws IllegalArgumentException for a negative number, naming it
  public FrameMemory(int maxFrames) {
    if (maxFrames < 0) {
      throw new IllegalArgumentException("number of frames " + maxFrames + " is negative");
    }
    this.maxFrames = maxFrames;
  }

  /// Returns how many frames are in use.
  public int used() {
    return used.get();
  }

  /// Returns how many frames were in use at a time at most.
  public int maxUsed() {
    return maxUsed.get();
  }

  /// Takes a frame, or returns -1 if all are in use.
  int allocate() {
    int limit = maxFrames > 0 ? maxFrames : Integer.MAX_VALUE;
    int count = reserve(limit);
    if (count < 0) {
      return -1;
    }
    if (count > maxUsed.get()) {
      maxUsed.accumulateAndGet(count, Math::max);
    }
    while (true) {
      long top = free.get();
      int frame = (int) top - 1;
      if (frame >= 0) {
        int below = chunk(frame).next[offset(frame)];
        if (free.compareAndSet(top, ((top >>> 32) + 1) << 32 | below)) {
          return frame;
        }
      } else {
        // A frame that another thread is giving back still counts as used, so one is left here.
        int fresh = made.get();
        if (fresh < limit && made.compareAndSet(fresh, fresh + 1)) {
          chunk(fresh);
          return fresh;
        }
      }
    }
  }

  private int reserve(int limit) {
    int now;
    do {
      now = used.get();
      if (now >= limit) {
        return -1;
      }
    } while (!used.compareAndSet(now, now + 1));
    return now + 1;
  }

  /// Gives a frame back that nobody can reach any more.
  void free(int frame) {
    Chunk chunk = chunk(frame);
    int offset = offset(frame);
    chunk.owner.set(offset, null);
    long top;
    do {
      top = free.get();
      chunk.next[offset] = (int) top;
    } while (!free.compareAndSet(top, ((top >>> 32) + 1) << 32 | (frame + 1)));
    used.decrementAndGet();
  }

  /// Notes whose page the frame holds.
  void assign(int frame, FrameOwner owner, long address) {
    Chunk chunk = chunk(frame);
    chunk.address[offset(frame)] = address;
    chunk.owner.set(offset(frame), owner);
  }

  /// Returns the page that the frame was last assigned to.
  long address(int frame) {
    return chunk(frame).address[offset(frame)];
  }

  int next(int frame) {
    return chunk(frame).next[offset(frame)];
  }

  void setNext(int frame, int next) {
    chunk(frame).next[offset(frame)] = next;
  }

  int previous(int frame) {
    return chunk(frame).previous[offset(frame)];
  }

  void setPrevious(int frame, int previous) {
    chunk(frame).previous[offset(frame)] = previous;
  }

  /// Gets a frame by taking a page away from whoever has one, by second chance over all frames.
  ///
  /// @return a frame that belongs to the caller, or -1 if there is none
  int reclaim() {
    for (int round = 0; round < ROUNDS; round++) {
      int frames = made.get();
      for (int i = 0; i < frames; i++) {
        int frame = pass(frames);
        FrameOwner owner = chunk(frame).owner.get(offset(frame));
        // What is read here may be outdated; the owner checks the frame against its page table.
        if (owner != null && owner.evict(address(frame), frame, round >= GENTLE_ROUNDS)) {
          owner.frameLost();
          return frame;
        }
      }
      int frame = allocate();
      if (frame >= 0) {
        return frame;
      }
      if (round >= GENTLE_ROUNDS) {
        FourLevelTable.pause(round << 4);
      }
    }
    return -1;
  }

  private int pass(int frames) {
    int at;
    do {
      at = hand.get();
    } while (!hand.compareAndSet(at, at + 1 < frames ? at + 1 : 0));
    return at;
  }

  private Chunk chunk(int frame) {
    int index = chunkIndex(frame);
    Chunk chunk = chunks.get(index);
    if (chunk == null) {
      Chunk fresh = new Chunk(1 << (FIRST_CHUNK_BITS + index));
      chunk = chunks.compareAndExchange(index, null, fresh);
      if (chunk == null) {
        chunk = fresh;
      }
    }
    return chunk;
  }

  private static int chunkIndex(int frame) {
    long biased = (long) frame + (1 << FIRST_CHUNK_BITS);
    return 63 - Long.numberOfLeadingZeros(biased) - FIRST_CHUNK_BITS;
  }

  private static int offset(int frame) {
    long biased = (long) frame + (1 << FIRST_CHUNK_BITS);
    return (int) (biased - Long.highestOneBit(biased));
  }
}
