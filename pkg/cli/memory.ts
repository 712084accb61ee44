import { setFlagsFromString } from 'node:v8';
import { keepYoungHeapSmall } from '../repository/press/young-heap.ts';

/**
 * Keeps memory small without paying for it in collections: a backup makes much garbage and keeps little. The old heap,
 * buffers included, may grow by a quarter between two collections instead of doubling; docs/performance.md has the figures.
 * On import, because it must hold before anything else is loaded.
 */
setFlagsFromString('--heap-growing-percent=25');
keepYoungHeapSmall();
