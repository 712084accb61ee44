import { setFlagsFromString } from 'node:v8';
import { keepHeapSmall } from '../engine/heap.ts';
import { keepYoungHeapSmall } from '../repository/press/young-heap.ts';

/**
 * Keeps memory small without paying for it in collections: a backup makes much garbage and keeps little.
 * docs/performance.md has the figures. On import, because it must hold before anything else is loaded.
 */
keepHeapSmall();
keepYoungHeapSmall();
// The only WebAssembly here is undici's parser of HTTP: optimizing it takes 10 MB, which the process keeps, and gains nothing.
setFlagsFromString('--liftoff-only');
