import type { StateStore } from '../../lib/state.ts';
import type { InstanceOptions } from './grafana-access.ts';
import type { TargetLimits } from './target/limits.ts';

/** What the operations of the service need from outside. */
export interface OperationsOptions extends InstanceOptions {
  version: string;
  /** Only these orgs, where the deployment names some. */
  orgIds?: number[];
  state: StateStore;
  /** Whether several processes of this service may work at the same time. */
  replicated: boolean;
  limits: TargetLimits;
  passphrases: () => Promise<string[]>;
  /** Fingerprints of signing keys that the deployment trusts. */
  trustedKeys: readonly string[];
  /** Go on although clocks differ: this machine's is right. */
  ignoreClock: boolean;
}
