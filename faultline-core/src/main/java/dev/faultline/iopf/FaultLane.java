package dev.faultline.iopf;

import static dev.faultline.iopf.PageRequestBuffer.HEADER;
import static dev.faultline.iopf.PageRequestBuffer.SHIFT;
import static dev.faultline.iopf.PageRequestBuffer.WORDS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The queued groups of one device: a flat ring of fixed-size records in which a group is a run of
/// records, its state word in the first one's free word.
///
/// One writer at a time: the reporter, under the producer's lock. Any number of takers: workers,
/// and whoever looks for groups from the side (flush, remove, reset). All of them take a group by
/// moving its word from QUEUED to TAKEN, copy it out and set the word to FREE; so a stuck handler
/// never holds the ring, and two takers never get one group.
///
/// Cursors count records for ever. `tail` is published once for each batch of the reporter, `head`
/// once for each pass of a taker; a header word carries the position it was written for, so a taker
/// that comes late sees that the ring has gone on. Records that are not first in their group carry
/// -1, which no position matches.
///
/// The ring starts small and grows by linking a larger segment behind the full one, up to the cap;
/// takers drain the old segment and follow the link. Grown once, it stays.
///
/// Which rule makes a shared field safe: `tail` and `head` are written with release order by their
/// owners (`head`: compare-and-swap) and read with acquire order; completed groups are counted by
/// each worker in a word of its own; segment links are written once, before the `tail` that leads
/// past them.
final class FaultLane extends LaneState {
  private static final int FIRST_RECORDS = 64;
  private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle NEXT;

  // Places in the cursor array, each on lines of its own.
  private static final int TAIL = 16;
  private static final int HEAD = 32;
  private static final int COMPLETED = 48;
  private static final int LINE = 8;

  static {
    try {
      NEXT = MethodHandles.lookup().findVarHandle(Segment.class, "next", Segment.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// A part of the ring: positions from `base` to the base of the next one.
  static final class Segment {
    final long base;
    final long[] words;
    final int mask;

    /// Written once, by the reporter.
    @SuppressWarnings("unused") // through NEXT
    private volatile @Nullable Segment next;

    Segment(long base, int records) {
      this.base = base;
      words = new long[records << SHIFT];
      mask = records - 1;
      for (int at = HEADER; at < words.length; at += WORDS) {
        words[at] = -1L;
      }
    }

    int offset(long position) {
      return (int) (position & mask) << SHIFT;
    }

    @Nullable Segment next() {
      return (Segment) NEXT.getAcquire(this);
    }
  }

  final FaultProducer producer;
  final int index;

  private final int maxRecords;
  private final int completers;
  private final long[] cursors;

  /// Makes an empty lane.
  ///
  /// @param completers number of worker contexts that count completed groups without sharing
  FaultLane(FaultProducer producer, int index, int maxRecords, int completers) {
    this.producer = producer;
    this.index = index;
    this.maxRecords = maxRecords;
    this.completers = completers;
    cursors = new long[COMPLETED + (completers + 2) * LINE];
    writeSegment = new Segment(0, Math.min(FIRST_RECORDS, maxRecords));
    readSegment = writeSegment;
  }

  // ---- reporter, under the producer's lock ------------------------------------------------------

  /// Makes room for a group of `length` records.
  ///
  /// @return false if the ring is full and may not grow
  boolean reserve(int length) {
    Segment segment = writeSegment;
    int records = segment.mask + 1;
    long from = Math.max(headSeen, segment.base);
    if (tail + length - from <= records) {
      return true;
    }
    headSeen = head();
    from = Math.max(headSeen, segment.base);
    if (tail + length - from <= records) {
      return true;
    }
    return grow(length, records);
  }

  /// Returns how many records fit behind the tail, the ring grown to its largest size.
  long freeRecords() {
    return maxRecords - (tail - Math.max(head(), writeSegment.base));
  }

  private boolean grow(int length, int records) {
    long larger = records;
    do {
      larger *= 4;
    } while (larger < length);
    larger = Math.min(larger, maxRecords);
    if (larger <= records || larger < length) {
      return false;
    }
    Segment segment = new Segment(tail, (int) larger);
    NEXT.setRelease(writeSegment, segment);
    writeSegment = segment;
    return true;
  }

  /// Returns the words of the ring for the next group's records; after [#reserve].
  long[] writeWords() {
    return writeSegment.words;
  }

  /// Returns the mask of the ring for the next group's records.
  int writeMask() {
    return writeSegment.mask;
  }

  /// Returns the position of the next group's first record.
  long writePosition() {
    return tail;
  }

  /// Makes the records just written, whose first words are -1, a queued group; takers see it after
  /// [#publish].
  void append(int length) {
    Segment segment = writeSegment;
    GroupState.setOpaque(
        segment.words, segment.offset(tail), GroupState.word(tail, length, GroupState.QUEUED));
    tail += length;
    admitted++;
  }

  /// Counts a group that does not go through the ring, since the reporter runs it itself.
  ///
  /// @return its number
  long admit() {
    return admitted++;
  }

  /// Returns how many groups were admitted.
  long admitted() {
    return admitted;
  }

  /// Shows what was appended to the takers.
  void publish() {
    published = (long) CURSOR.get(cursors, TAIL);
    CURSOR.setRelease(cursors, TAIL, tail);
  }

  /// Returns the tail before the last publication; for the reporter that has just published.
  long before() {
    return published;
  }

  /// Returns the number of open groups as far as the reporter has looked.
  long openSeen() {
    return admitted - completedSeen;
  }

  /// Looks how many groups have been completed.
  ///
  /// @return the number of open groups
  long openNow() {
    completedSeen = completed();
    return admitted - completedSeen;
  }

  // ---- takers, any thread -----------------------------------------------------------------------

  long head() {
    return (long) CURSOR.getAcquire(cursors, HEAD);
  }

  long tail() {
    return (long) CURSOR.getAcquire(cursors, TAIL);
  }

  boolean isEmpty() {
    return head() == tail();
  }

  /// Returns the segment that holds `position`, which is not behind the head.
  Segment segmentOf(long position) {
    return forward(readSegment, position);
  }

  /// Returns the segment that holds `position`, from one that does not lie behind it.
  static Segment forward(Segment segment, long position) {
    Segment at = segment;
    Segment following = at.next();
    while (following != null && position >= following.base) {
      at = following;
      following = at.next();
    }
    return at;
  }

  /// Moves the head over everything that takers have copied out.
  void advanceHead() {
    while (true) {
      long from = head();
      long end = tail();
      long position = from;
      Segment segment = segmentOf(position);
      while (position < end) {
        segment = forward(segment, position);
        long word = GroupState.get(segment.words, segment.offset(position));
        if (!GroupState.hasStamp(word, position) || GroupState.state(word) != GroupState.FREE) {
          break;
        }
        position += GroupState.length(word);
      }
      if (position == from) {
        return;
      }
      if (CURSOR.compareAndSet(cursors, HEAD, from, position)) {
        if (segment.base > readSegment.base) {
          readSegment = segment;
        }
        return;
      }
    }
  }

  /// Moves the head over groups that the caller has all taken itself.
  ///
  /// @return false if somebody else has moved it
  boolean moveHead(long from, long to, Segment segment) {
    if (!CURSOR.compareAndSet(cursors, HEAD, from, to)) {
      return false;
    }
    if (segment.base > readSegment.base) {
      readSegment = segment;
    }
    return true;
  }

  /// Counts a group of this lane that nobody can touch any more.
  ///
  /// @param context index of the worker context that is the caller's own, or [WorkerContext#SHARED]
  void complete(int context) {
    if (context == WorkerContext.SHARED) {
      CURSOR.getAndAdd(cursors, COMPLETED + completers * LINE, 1L);
    } else {
      int at = COMPLETED + context * LINE;
      CURSOR.setRelease(cursors, at, cursors[at] + 1);
    }
  }

  private long completed() {
    long total = 0;
    for (int i = 0; i <= completers; i++) {
      total += (long) CURSOR.getAcquire(cursors, COMPLETED + i * LINE);
    }
    return total;
  }
}
