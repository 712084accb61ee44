import { setFlagsFromString } from 'node:v8';

/**
 * Keeps memory small without paying for it in collections: a backup makes much garbage and keeps little. Young objects
 * stay in the small space they start in, which otherwise grows to twice 16 MB and is kept; the old heap, buffers
 * included, may grow by 40 % between two collections instead of doubling. docs/performance.md says what each gives and takes.
 * On import, because it must hold before anything else is loaded.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=40');
