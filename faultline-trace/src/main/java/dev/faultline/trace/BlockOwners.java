package dev.faultline.trace;

import java.util.Arrays;

/// Which process touched a coarse block of addresses last: finds the candidates for a new thread
/// without asking every process.
///
/// Open addressing; 16 to 32 bytes a block.
final class BlockOwners {
  private static final int FIRST_SLOTS = 64;
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;
  private static final int NOBODY = -1;

  private long[] blocks = new long[FIRST_SLOTS];
  private int[] owners = new int[FIRST_SLOTS];
  private int shift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_SLOTS);
  private int size;

  BlockOwners() {
    Arrays.fill(owners, NOBODY);
  }

  /// Notes that a process touched an address.
  void touch(long address, int process) {
    long block = address >>> Footprint.COARSE_SHIFT;
    int slot = slotOf(block);
    if (owners[slot] == NOBODY) {
      blocks[slot] = block;
      size++;
    }
    owners[slot] = process;
    if (size > blocks.length / 4 * 3) {
      grow();
    }
  }

  /// The process that last touched the block of an address shifted by some blocks, -1 if none did.
  int owner(long address, int blocksAway) {
    return owners[slotOf((address >>> Footprint.COARSE_SHIFT) + blocksAway)];
  }

  private int slotOf(long block) {
    int mask = blocks.length - 1;
    int slot = (int) ((block * SPREAD) >>> shift);
    while (owners[slot] != NOBODY && blocks[slot] != block) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldBlocks = blocks;
    int[] oldOwners = owners;
    blocks = new long[2 * oldBlocks.length];
    owners = new int[2 * oldBlocks.length];
    Arrays.fill(owners, NOBODY);
    shift--;
    for (int i = 0; i < oldBlocks.length; i++) {
      if (oldOwners[i] != NOBODY) {
        int slot = slotOf(oldBlocks[i]);
        blocks[slot] = oldBlocks[i];
        owners[slot] = oldOwners[i];
      }
    }
  }
}
