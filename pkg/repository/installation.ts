import type { LimitFunction } from 'p-limit';
import { DashkeepError } from '../contract/errors.ts';
import { countsNow, type SnapshotSummary } from '../contract/manifest.ts';
import type { StateStore } from '../lib/state.ts';
import { readConfig } from './config.ts';
import { glancingKeyring } from './encryption/open-keyring.ts';
import { SnapshotIndex } from './index/snapshots.ts';
import { openRepository, type OpenOptions } from './open.ts';
import { findingError } from './signing/finding-error.ts';
import { RememberedTarget } from './signing/remembered-target.ts';
import { Trust } from './signing/trust.ts';

export interface InstallationOptions extends Omit<OpenOptions, 'create' | 'state'> {
  state: StateStore;
  /** The manifests of one repository at a time: anyone can write many there, and they fill the memory. */
  manifests: LimitFunction;
}

/** The repository at a target. */
interface Found {
  /** ID of the repository. */
  repository: string;
  /** Newest first. */
  snapshots: SnapshotSummary[];
  /** ID of the newest one, where only a newer version can read it. */
  newer?: string | undefined;
}

/**
 * The snapshots at a target, from its index alone where that is signed and up to date: two requests where this machine
 * remembers the repository. A repository whose newest snapshot counts is remembered.
 * @throws DK_REPOSITORY_…, DK_SNAPSHOT_LOST, DK_STORE_…
 */
export async function snapshotsOfInstallation(options: InstallationOptions): Promise<Found> {
  const { store, state, clock, signal } = options;
  const target = new RememberedTarget(state, store.description);
  const remembered = await target.read();
  const id = remembered?.repository ?? (await readConfig(store, signal))?.id;
  if (id === undefined) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${store.description}`);
  }
  const indexed = await fromIndex(options, id);
  const found =
    indexed === undefined || indexed.length === 0
      ? await options.manifests(() => fromManifests(options))
      : { repository: id, snapshots: indexed };
  const { snapshots } = found;
  const newest = snapshots.find(countsNow)?.id;
  const known = remembered?.newest;
  // Where newer ones exist, retention may have removed it.
  if (known !== undefined && (newest ?? '') < known && !snapshots.some((one) => one.id === known)) {
    const params = { remembered: id, target: store.description, snapshot: known };
    throw findingError({ code: 'DK_SNAPSHOT_LOST', params });
  }
  if (newest !== undefined && newest !== known) {
    await target.remember(id);
    await target.noteNewest(newest, clock.now());
  }
  return found;
}

async function fromIndex(options: InstallationOptions, id: string): Promise<SnapshotSummary[] | undefined> {
  const { store, clock, ignoreClock, log, signal } = options;
  const keyring = await glancingKeyring(options, id, options);
  const trust = await Trust.readOnly(options, id);
  return (await new SnapshotIndex({ store, clock, ignoreClock, log, keyring, trust }).quickView({ signal }))?.reverse();
}

async function fromManifests(options: InstallationOptions): Promise<Found> {
  const repository = await openRepository({ ...options, create: false });
  try {
    repository.trust.keys.assertRemembered();
    const snapshots = await repository.snapshots(options);
    return { repository: repository.id, snapshots, newer: repository.index.newerThan(snapshots[0]?.id) };
  } finally {
    await repository.close();
  }
}
