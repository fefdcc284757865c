package dev.faultline.iopf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Responses that the responder has not taken yet: retried, never dropped (rule Q53, lesson L28).
///
/// Groups among them are open groups, so they are bounded; responses to refused requests have a
/// bound of their own, beyond which they are counted as given up. Guarded by this object's monitor,
/// which is never held while a responder runs.
final class UnsentResponses {
  private static final int MAX_REFUSED = 65_536;

  private static final class Entry {
    final FaultProducer producer;
    final int pasid;
    final @Nullable FaultGroup group;
    final long @Nullable [] words;
    final ResponseCode code;
    final AtomicBoolean claimed = new AtomicBoolean();

    Entry(
        FaultProducer producer,
        int pasid,
        @Nullable FaultGroup group,
        long @Nullable [] words,
        ResponseCode code) {
      this.producer = producer;
      this.pasid = pasid;
      this.group = group;
      this.words = words;
      this.code = code;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private volatile int size;

  int size() {
    return size;
  }

  void add(FaultGroup group) {
    add(new Entry(group.producer(), group.pasid(), group, null, group.answer));
  }

  /// Keeps a response to a request that never became a group, or whose group somebody else owns.
  ///
  /// @return false if there are too many
  boolean add(FaultProducer producer, long[] words, ResponseCode code) {
    if (size >= MAX_REFUSED) {
      return false;
    }
    int pasid = PageRequestBuffer.pasidOf(words[PageRequestBuffer.META]);
    add(new Entry(producer, pasid, null, words, code));
    return true;
  }

  private synchronized void add(Entry entry) {
    entries.add(entry);
    size = entries.size();
  }

  private synchronized void remove(Entry entry) {
    entries.remove(entry);
    size = entries.size();
  }

  synchronized boolean has(FaultProducer producer, int scope) {
    for (Entry entry : entries) {
      if (entry.producer.device() == producer.device() && Pasid.covers(scope, entry.pasid)) {
        return true;
      }
    }
    return false;
  }

  private synchronized boolean contains(Entry entry) {
    for (Entry each : entries) {
      if (each == entry) {
        return true;
      }
    }
    return false;
  }

  private synchronized List<Entry> snapshot() {
    return List.copyOf(entries);
  }

  /// Tries every response once; each by one thread at a time.
  void retry() {
    for (Entry entry : snapshot()) {
      if (!entry.claimed.compareAndSet(false, true)) {
        continue;
      }
      if (send(entry)) {
        remove(entry);
      } else {
        entry.claimed.set(false);
      }
    }
  }

  /// Forgets the responses of a device that was reset: they belong to groups that it has forgotten.
  void drop(FaultProducer producer) {
    for (Entry entry : snapshot()) {
      if (entry.producer.device() != producer.device()) {
        continue;
      }
      // A thread that just tries to send it is waited for: it gives the claim back, or has sent it.
      while (!entry.claimed.compareAndSet(false, true)) {
        if (!contains(entry)) {
          break;
        }
        Thread.onSpinWait();
      }
      if (!contains(entry)) {
        continue;
      }
      if (entry.group != null) {
        entry.group.abandonSend();
      } else {
        entry.producer.countShared(FaultCounter.RESPONSES_DROPPED, 1);
      }
      remove(entry);
    }
  }

  private static boolean send(Entry entry) {
    if (entry.group != null) {
      return entry.group.retrySend();
    }
    return entry.words != null && entry.producer.send(entry.words, 0, entry.code);
  }
}
