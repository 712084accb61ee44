import type { LimitFunction } from 'p-limit';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { countsNow, isRegularBackup, type SnapshotSummary } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { reasonFrom, type Reason } from '../contract/reasons/reason.ts';
import type { Abortable } from '../lib/abortable.ts';
import type { StateStore } from '../lib/state.ts';
import { readConfig } from './config.ts';
import { glancingKeyring } from './encryption/open-keyring.ts';
import { isUnreadable, SnapshotIndex } from './index/snapshots.ts';
import { openRepository, type OpenOptions } from './open.ts';
import { findingError } from './signing/finding-error.ts';
import { RememberedTarget } from './signing/remembered-target.ts';
import { Trust } from './signing/trust.ts';
import { listSnapshots, readNeeds, type ManifestPorts } from './snapshots/manifests.ts';

export interface InstallationOptions extends Omit<OpenOptions, 'create' | 'state'> {
  state: StateStore;
  /** The manifests of one repository at a time: anyone can write many there, and they fill the memory. */
  manifests: LimitFunction;
}

/** The repository at a target. */
export interface InstallationSnapshots {
  /** ID of the repository. */
  repository: string;
  /** Newest first; without the newest if it is unusable. */
  snapshots: SnapshotSummary[];
  /** Why the newest snapshot cannot be restored, if so: its index does not show that. */
  unusable?: Reason;
}

/** What was found, with the snapshots as they are listed. */
interface Found {
  repository: string;
  snapshots: SnapshotSummary[];
  unusable: Unusable | undefined;
}

interface Unusable {
  id: string;
  why: Reason;
}

/**
 * The snapshots at a target, from its index and the newest manifest alone where the index is signed and up to date:
 * six requests where this machine remembers the repository. A repository whose newest snapshot counts is remembered.
 * @throws DK_REPOSITORY_…, DK_SNAPSHOT_LOST, DK_STORE_…
 */
export async function snapshotsOfInstallation(options: InstallationOptions): Promise<InstallationSnapshots> {
  const { store, state, clock, signal } = options;
  const target = new RememberedTarget(state, store.description);
  const remembered = await target.read();
  const id = remembered?.repository ?? (await readConfig(store, signal))?.id;
  if (id === undefined) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${store.description}`);
  }
  const found = (await fromIndex(options, id)) ?? (await options.manifests(() => fromManifests(options)));
  const { repository, snapshots, unusable } = found;
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
  return {
    repository,
    snapshots: snapshots.filter((one) => one.id !== unusable?.id),
    ...compact({ unusable: unusable?.why }),
  };
}

async function fromIndex(options: InstallationOptions, id: string): Promise<Found | undefined> {
  const { store, clock, ignoreClock, log, signal, manifests } = options;
  const keyring = await glancingKeyring(options, id, options);
  const trust = await Trust.readOnly(options, id);
  const index = new SnapshotIndex({ store, clock, ignoreClock, log, keyring, trust });
  const snapshots = (await index.quickView({ signal }))?.reverse();
  return snapshots === undefined || snapshots.length === 0
    ? undefined
    : {
        repository: id,
        snapshots,
        unusable: await manifests(() => unusableNewest({ store, keyring, trust }, snapshots, { signal })),
      };
}

async function fromManifests(options: InstallationOptions): Promise<Found> {
  const repository = await openRepository({ ...options, create: false });
  try {
    repository.trust.keys.assertRemembered();
    const snapshots = await repository.snapshots(options);
    return { repository: repository.id, snapshots, unusable: await unusableNewest(repository, snapshots, options) };
  } finally {
    await repository.close();
  }
}

/** Looks at the manifest of the newest backup that counts, and at any newer one that no history shows. */
async function unusableNewest(
  ports: ManifestPorts,
  snapshots: readonly SnapshotSummary[],
  { signal }: Abortable,
): Promise<Unusable | undefined> {
  const newest = snapshots.find((one) => countsNow(one) && isRegularBackup(one))?.id;
  const shown = new Set(snapshots.map(({ id }) => id));
  const keys = await listSnapshots(ports.store, { signal, after: newest });
  const key = keys.findLast(({ id }) => !shown.has(id)) ?? keys.find(({ id }) => id === newest);
  if (key === undefined) {
    return undefined;
  }
  const { id } = key;
  try {
    const { author } = await readNeeds(ports, key, { signal });
    return id !== newest || ports.trust.counts(author)
      ? undefined
      : { id, why: reason('fleet-untrusted', { signer: author.signer ?? 'none' }) };
  } catch (error) {
    if (isUnreadable(error)) {
      return { id, why: reasonFrom(error) };
    }
    throw error;
  }
}
