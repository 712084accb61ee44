import { reasonOf } from '../contract/errors.ts';
import type { KindName, ResourceRef } from '../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../contract/manifest.ts';
import type { Log } from '../contract/ports.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository/repository.ts';
import { lostAnnotations } from './backup/losses/annotations.ts';
import { PASSING } from './backup/losses/shrunk.ts';
import { resourceChanges } from './changes/changes.ts';
import { besideDefaults, isByUpgrade } from './changes/upgrades.ts';
import { entryFingerprint } from './restore/apply/change-log.ts';
import { placeOf, storedContent } from './restore/content.ts';
import { keyOf } from './restore/target.ts';
import { scopeOfBoth, type Compared } from './scope.ts';

const READS_AT_ONCE = 8;

export interface LostPorts {
  repository: Repository;
  log: Log;
  signal: AbortSignal;
}

/** A resource that a later snapshot lacks, has in an earlier version, or has with other content. */
export interface Lost extends ResourceRef {
  org: number;
  kind: KindName;
  how: 'gone' | 'older' | 'changed';
}

/** Whether a restore could put it back, and it does not expire. */
export function isLosable(kind: KindName): boolean {
  return !PASSING.has(kind) && kindOf(kind).write !== undefined;
}

/**
 * What a later snapshot lost of an earlier one, of what both cover. What Grafana changes by itself when it is upgraded
 * is not lost, and neither are resources that the later one could not read: they may still be in Grafana, with edits.
 */
export async function lostBetween(
  ports: LostPorts,
  from: Compared,
  to: Compared & Partial<Pick<Manifest, 'errors'>>,
): Promise<Lost[]> {
  const isOfBoth = scopeOfBoth(from, to);
  const after = new Map(to.resources.map((entry) => [keyOf(entry), entry]));
  const unread = new Set(to.errors?.map(keyOf));
  // An error without a UID applies to the whole kind.
  const isUnread = (entry: ManifestEntry): boolean =>
    unread.has(keyOf(entry)) || unread.has(keyOf({ ...entry, uid: '' }));
  const lost: Lost[] = [];
  const pairs: Pair[] = [];
  const annotations = lostAnnotations(from, to);
  const mayBeLost = (one: ManifestEntry): boolean => isLosable(one.kind) || annotations.has(keyOf(one));
  for (const entry of from.resources.filter((one) => mayBeLost(one) && isOfBoth(one))) {
    const now = after.get(keyOf(entry));
    if (now === undefined && !isGoneWith(entry, after) && !isUnread(entry)) {
      lost.push({ org: entry.org, kind: entry.kind, uid: entry.uid, how: 'gone' });
    } else if (now !== undefined && isOther(entry, now)) {
      pairs.push([entry, now]);
    }
  }
  for (const [before, now] of await notByUpgrade(ports, pairs)) {
    const { org, kind, uid } = before;
    lost.push({ org, kind, uid, how: isOlder(before, now) ? 'older' : 'changed' });
  }
  return lost;
}

/** Whether it is part of something that is gone, too, and comes back with that. */
function isGoneWith({ org, kind, uid }: ManifestEntry, after: ReadonlyMap<string, unknown>): boolean {
  const { owner } = kindOf(kind);
  return owner !== undefined && !after.has(keyOf({ org, kind: owner, uid }));
}

/** Whether content or folder differ. */
export function isOther(before: ManifestEntry, now: ManifestEntry): boolean {
  const kind = kindOf(before.kind);
  return entryFingerprint(kind, before) !== entryFingerprint(kind, now);
}

/** An entry of an earlier snapshot, and the same resource in a later one. */
export type Pair = readonly [before: ManifestEntry, now: ManifestEntry];

/** Of resources that differ, those that Grafana has not changed by itself. Reads both versions of each. */
export async function notByUpgrade(ports: LostPorts, pairs: readonly Pair[]): Promise<Pair[]> {
  const explained = new Set<Pair>();
  await forEachConcurrently(READS_AT_ONCE, pairs, async (pair) => {
    if (await isExplained(ports, pair)) {
      explained.add(pair);
    }
  });
  return pairs.filter((pair) => !explained.has(pair));
}

async function isExplained({ repository, log, signal }: LostPorts, [before, now]: Pair): Promise<boolean> {
  const kind = kindOf(before.kind);
  try {
    const one = await storedContent(repository, before, signal);
    const other = await storedContent(repository, now, signal);
    const [old, fresh] = besideDefaults(kind, one, other);
    const { changes, truncated } = resourceChanges(
      kind.name,
      { body: old, folder: placeOf(kind, one) },
      { body: fresh, folder: placeOf(kind, other) },
    );
    return !truncated && changes.every(isByUpgrade);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ kind: kind.name, uid: before.uid, reason: reasonOf(error) }, 'two versions cannot be compared');
    return false;
  }
}

/** Whether a resource went back to a version before. */
function isOlder({ facts: before = {} }: ManifestEntry, { facts: now = {} }: ManifestEntry): boolean {
  const [updated, updatedNow] = [before['updated'], now['updated']].map((time) => Date.parse(String(time)));
  if (updated !== undefined && updatedNow !== undefined && !Number.isNaN(updated) && !Number.isNaN(updatedNow)) {
    return updatedNow < updated;
  }
  return Number(now['version']) < Number(before['version']);
}
