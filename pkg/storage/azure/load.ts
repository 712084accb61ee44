import type * as Sdk from './sdk.ts';

/** Azure’s own packages. */
export function loadSdk(): Promise<typeof Sdk> {
  return import('./sdk.ts');
}
