import { setFlagsFromString } from 'node:v8';
import { keepHeapSmall } from '../lib/memory/heap-tuning.ts';
import { keepYoungHeapSmall } from '../lib/memory/young-heap.ts';

/**
 * Keeps memory small without paying for it in collections: a backup makes much garbage and keeps little.
 * bench/performance.md has the figures. On import, because it must hold before anything else is loaded.
 */
keepHeapSmall();
keepYoungHeapSmall();
// The only WebAssembly here is undici's parser of HTTP. Optimizing it takes 10 MB, which the process keeps, and saves
// no time that could be measured. Only where V8's first compiler is known to compile all there is: nothing else would
// step in.
if (process.arch === 'x64' || process.arch === 'arm64') {
  setFlagsFromString('--liftoff-only');
}
