import type * as Sdk from './sdk.ts';

/** Google’s own packages. */
export function loadSdk(): Promise<typeof Sdk> {
  return import('./sdk.ts');
}
