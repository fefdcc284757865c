package dev.faultline.model.mm;

import org.jspecify.annotations.Nullable;

/// The invalidators of an address space. A call that is under way while one is taken out may still
/// come.
final class Invalidators {
  private volatile Registration[] registrations = new Registration[0];

  private static final class Registration {
    final TranslationInvalidator invalidator;
    volatile boolean removed;

    Registration(TranslationInvalidator invalidator) {
      this.invalidator = invalidator;
    }
  }

  synchronized void add(TranslationInvalidator invalidator) {
    Registration[] more = new Registration[registrations.length + 1];
    System.arraycopy(registrations, 0, more, 0, registrations.length);
    more[registrations.length] = new Registration(invalidator);
    registrations = more;
  }

  /// Returns whether it was there.
  boolean remove(TranslationInvalidator invalidator) {
    Registration gone = take(invalidator);
    if (gone == null) {
      return false;
    }
    gone.removed = true;
    return true;
  }

  private synchronized @Nullable Registration take(TranslationInvalidator invalidator) {
    Registration[] all = registrations;
    for (int i = 0; i < all.length; i++) {
      if (all[i].invalidator == invalidator) {
        Registration[] fewer = new Registration[all.length - 1];
        System.arraycopy(all, 0, fewer, 0, i);
        System.arraycopy(all, i + 1, fewer, i, fewer.length - i);
        registrations = fewer;
        return all[i];
      }
    }
    return null;
  }

  /// Calls every invalidator, even if one of them throws; the first exception is thrown on.
  void invalidate(long address, long bytes) {
    RuntimeException failure = null;
    for (Registration registration : registrations) {
      try {
        if (!registration.removed) {
          registration.invalidator.invalidate(address, bytes);
        }
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
