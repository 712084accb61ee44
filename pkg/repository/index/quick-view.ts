import type { SnapshotSummary } from '../../contract/manifest.ts';
import type { RunLine } from '../../contract/runs.ts';
import { isDamage, otherFormat, readConfig } from '../config.ts';
import { glancingKeyring } from '../encryption/open-keyring.ts';
import type { OpenOptions } from '../open.ts';
import { Annotations } from '../holds/annotations.ts';
import { RunIndex } from './runs.ts';
import { Trust } from '../signing/trust.ts';
import { knownDamage, type Damage } from '../verify/damage.ts';
import { SnapshotIndex } from './snapshots.ts';

/**
 * A look at the history of a repository that is not open yet. Opening lists and reads keys, for which a first page need
 * not wait: this is one request for the configuration and two for either list.
 */
export interface QuickView {
  /** Newest first; this and the next are undefined when the repository must be opened to know. */
  snapshots(options?: { signal?: AbortSignal }): Promise<SnapshotSummary[] | undefined>;
  /** Newest first. */
  runs(options?: { limit?: number; signal?: AbortSignal }): Promise<RunLine[] | undefined>;
  /** Whether a person trusted a key only after that time, so that what it signed may count since then. */
  hasTrustedSince(time: string): Promise<boolean>;
  /** What the last verification here found damaged; undefined where none is known. */
  damage(): Promise<Damage | undefined>;
}

/**
 * @returns undefined when there is no repository, or it has to be opened to know.
 * @throws DK_STORE_…
 */
export async function quickView(options: OpenOptions): Promise<QuickView | undefined> {
  const config = await readConfig(options.store, options.signal).catch((error: unknown) => {
    if (!isDamage(error) && otherFormat(error) === undefined) {
      throw error;
    }
  });
  if (config === undefined) {
    return undefined;
  }
  const keyring = await glancingKeyring(options, config.id, options);
  const trust = await Trust.readOnly(options, config.id);
  const { store, clock, log, ignoreClock } = options;
  const index = new SnapshotIndex({ store, clock, ignoreClock, log, keyring, trust });
  const annotations = new Annotations({ store, clock, ignoreClock, log, keyring, trust });
  const runIndex = new RunIndex({ store, clock, log, keyring });
  return {
    snapshots: async (calls) => {
      const seen = index.quickView(calls);
      const annotated = await annotations.annotate(
        seen.then((found) => found ?? []),
        calls,
      );
      // Who is trusted by a hand-over, only an open repository knows.
      const isKnown = (await seen) !== undefined && !annotated.some(({ hold }) => hold?.unverified === true);
      return isKnown ? annotated.reverse() : undefined;
    },
    runs: (calls) => runIndex.quickView(calls),
    hasTrustedSince: async (time) =>
      ((await trust.keys.state?.trusted())?.keys ?? []).some(({ since }) => since > time),
    damage: () => knownDamage(trust.keys.state),
  };
}
