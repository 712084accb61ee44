import { setFlagsFromString } from 'node:v8';

/**
 * Young objects stay in the space that they start in, of 1 MB. It would otherwise grow to twice 16 MB, and be kept.
 * Said again after each start of a thread, which has Node forget it.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
