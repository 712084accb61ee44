import { constants, PerformanceObserver, type NodeGCPerformanceDetail, type PerformanceEntry } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Percent that the old heap may grow by between two collections. V8 would let it double; below 8 MB it takes 8 MB. */
const GROWTH = 25;
/** More is not asked for while little is alive: it may soon be more. */
const MOST_GROWTH = 150;
/** Bytes that the heap and the buffers beside it may fill in a room. */
const ROOM = 56e6;

let small = false;

/** Keeps this process's memory small: it makes much garbage and keeps little. */
export function keepHeapSmall(): void {
  small = true;
  setGrowth(GROWTH);
}

/**
 * Lets the heap fill a room of one size from the beginning of some work to its end. Growing by a share of what is
 * alive, it would be collected most often while that is little, and be largest when it is much; in a room long work
 * peaks about where short work does, and short work is spared half of its collections. What does not fit is collected
 * as often as before. Does nothing in a process whose heap is not kept small.
 */
export async function inRoomyHeap<T>(work: () => Promise<T>): Promise<T> {
  if (!small) {
    return work();
  }
  const observer = new PerformanceObserver((seen) => {
    if (seen.getEntries().some(isMajor)) {
      const { used_heap_size, external_memory } = getHeapStatistics();
      setGrowth(Math.round((ROOM / (used_heap_size + external_memory) - 1) * 100));
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  try {
    return await work();
  } finally {
    observer.disconnect();
    setGrowth(GROWTH);
  }
}

/** V8 looks at this at the end of each collection: it decides when the next one comes. */
function setGrowth(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${Math.min(Math.max(percent, GROWTH), MOST_GROWTH)}`);
}

function isMajor(entry: PerformanceEntry & { detail?: NodeGCPerformanceDetail }): boolean {
  return entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
