package dev.faultline.model.device;

/// What a modelled accelerator is like.
///
/// @param groupSize most pages in one page request group, 1 to 512 and no more than `credits`
/// @param credits page requests that may be outstanding at a time (PCI's outstanding page request
///   allocation), 1 to 65536
/// @param groupIndices page request group indices that it uses, 1 to 512
/// @param cacheSets sets of its translation cache, a power of two, 1 to 65536
/// @param cacheWays ways of each set, 1 to 64
/// @param window page accesses that may wait while the stream goes on; also how far the device
///   looks ahead in its stream for more pages of a group, in accesses; 1 to 4096
public record AcceleratorConfig(
    int groupSize, int credits, int groupIndices, int cacheSets, int cacheWays, int window) {
  /// One page in a group, 32 credits, all group indices, a cache of 64 sets with 4 ways, a window
  /// of 64 page accesses.
  public static final AcceleratorConfig DEFAULT = new AcceleratorConfig(1, 32, 512, 64, 4, 64);

  /// Checks the numbers.
  ///
  /// @throws IllegalArgumentException naming the value and its range
  public AcceleratorConfig {
    require("credits", credits, 65_536);
    require("group size", groupSize, 512);
    if (groupSize > credits) {
      throw new IllegalArgumentException(
          "group size is %d; expected 1 to the %d credits".formatted(groupSize, credits));
    }
    require("group indices", groupIndices, 512);
    require("cache sets", cacheSets, 65_536);
    if (Integer.bitCount(cacheSets) != 1) {
      throw new IllegalArgumentException(
          "cache sets is " + cacheSets + "; expected a power of two from 1 to 65536");
    }
    require("cache ways", cacheWays, TranslationCache.MAX_WAYS);
    require("window", window, 4096);
  }

  private static void require(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + "; expected 1 to " + max);
    }
  }
}
