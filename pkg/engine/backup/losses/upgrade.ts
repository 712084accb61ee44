import { SERVER_KINDS } from '../../../contract/kinds.ts';
import { compact } from '../../../contract/compact.ts';
import type { Upgrade, UpgradeLoss } from '../../../contract/losses/losses.ts';
import { isFull, isRegularBackup, type Manifest } from '../../../contract/manifest.ts';
import { lostBetween, type Lost } from '../../lost.ts';
import type { BackupOptions } from '../options.ts';
import { readable } from './earlier.ts';
import type { Shrinkable } from './shrunk.ts';

/**
 * The last upgrade of Grafana, compared by the first complete backup after it. It is carried from snapshot to snapshot
 * until the hold of the one before the upgrade ends.
 * @param previous - the backup before this one
 * @returns undefined where Grafana was not upgraded, or a person has released that snapshot
 */
export async function upgradeOf(
  options: BackupOptions,
  now: Shrinkable & Pick<Manifest, 'status'>,
  previous: Manifest | undefined,
): Promise<Upgrade | undefined> {
  if (previous === undefined || !isRegularBackup(options)) {
    return undefined;
  }
  const upgrade = await openUpgrade(options, previous);
  if (upgrade === undefined || upgrade.first !== undefined || now.status !== 'complete') {
    return upgrade;
  }
  const before = await readable(options, upgrade.since);
  return before && { ...upgrade, first: now.id, orgs: countLost(await lostBetween(options, before, now)) };
}

async function openUpgrade(
  { repository, instance, signal }: BackupOptions,
  previous: Manifest,
): Promise<Upgrade | undefined> {
  const { grafana, upgrade, id, lastFull } = previous;
  const { version } = instance.capabilities;
  if (grafana.version !== version) {
    return { since: isFull(previous) ? id : (lastFull ?? id), from: grafana.version, to: version };
  }
  if (upgrade?.first === undefined) {
    return upgrade;
  }
  return (await repository.annotations.read(compact({ signal }))).active.has(upgrade.since) ? upgrade : undefined;
}

function countLost(lost: readonly Lost[]): UpgradeLoss[] {
  const orgs = new Map<number, UpgradeLoss>();
  for (const { org, kind, how } of lost) {
    const id = SERVER_KINDS.has(kind) ? 0 : org;
    const counts = orgs.get(id) ?? { id, gone: 0, older: 0, changed: 0 };
    orgs.set(id, counts);
    counts[how]++;
  }
  return [...orgs.values()];
}
