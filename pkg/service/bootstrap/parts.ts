import type { Identities } from './identities.ts';
import type { TokenMemory } from './memory.ts';
import type { BootstrapOptions } from './types.ts';

/** What the steps of one bootstrap share. */
export interface BootstrapParts {
  options: BootstrapOptions;
  identities: Identities;
  memory: TokenMemory;
  signal: AbortSignal;
}
