import { SERVER_KINDS } from '../../../contract/kinds.ts';
import { compact } from '../../../contract/compact.ts';
import type { Overwritten, Shrunk } from '../../../contract/losses/losses.ts';
import { isHalf } from '../../../contract/losses/mass-change.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { unopened } from '../../../repository/encryption/opens.ts';
import { withIdsOf } from '../../diff-stored.ts';
import { isLosable, isOther, notByUpgrade, type Pair } from '../../lost.ts';
import { entryFingerprint } from '../../restore/apply/change-log.ts';
import { keyOf } from '../../restore/target.ts';
import { restoresSince } from '../../restored-since.ts';
import type { BackupOptions } from '../options.ts';
import {
  countedOf,
  DEFAULT_ALARM,
  isOver,
  nameOf,
  shrunkSince,
  twinOf,
  type Alarm,
  type Restored,
  type Shrinkable,
} from './shrunk.ts';

/**
 * Whether so much was deleted or overwritten since an earlier snapshot that someone has to say whether that was done on
 * purpose. What Grafana does when it is upgraded, and what restores of Dashkeep did, are no reason.
 */
export async function suspiciousSince(
  options: BackupOptions,
  before: Manifest,
  now: Shrinkable,
): Promise<Shrunk | undefined> {
  const { alarm = DEFAULT_ALARM } = options;
  const suspected = overwrittenGroups(before, now, alarm, new Map());
  if (suspected.length === 0 && shrunkSince(before, now, { alarm, restored: new Map() }) === undefined) {
    return undefined;
  }
  const restored = await restoredSince(options, before);
  const shrunk = shrunkSince(before, now, { alarm, restored });
  const comparison = await comparableWith(options, before, now);
  if (comparison === undefined) {
    options.onWarning?.(reason('changes-uncounted', { snapshot: before.id }));
    return shrunk;
  }
  const { resources, isSame } = comparison;
  const groups = overwrittenGroups(before, { ...now, resources }, alarm, restored);
  const overwritten: Overwritten[] = [];
  for (const { pairs, isMuch, ...group } of groups) {
    const left = isSame ? pairs : await notByUpgrade(options, pairs);
    if (isMuch(left.length)) {
      overwritten.push({ ...group, changed: left.length });
    }
  }
  return overwritten.length === 0 ? shrunk : compact({ since: before.id, losses: shrunk?.losses ?? [], overwritten });
}

interface Group extends Omit<Overwritten, 'changed'> {
  pairs: Pair[];
  isMuch: (changed: number) => boolean;
}

/** Kinds of which more than the alarm allows differ, or half of the lists were emptied, by organization. */
function overwrittenGroups(before: Manifest, now: Shrinkable, { changed }: Alarm, restored: Restored): Group[] {
  const counted = countedOf(before, now);
  const twins = new Map(before.orgs.map((org) => [org.id, twinOf(org, now)]));
  const entries = new Map(now.resources.map((entry) => [nameOf(entry.org, entry.kind, entry.uid), entry]));
  const groups = new Map<string, Omit<Group, 'isMuch'> & { lists: number }>();
  for (const entry of before.resources.filter((one) => isLosable(one.kind) && counted(one))) {
    const { kind } = entry;
    const org = SERVER_KINDS.has(kind) ? undefined : entry.org;
    const key = `${org} ${kind}`;
    const group = groups.get(key) ?? { ...compact({ org }), kind, before: 0, lists: 0, pairs: [] };
    groups.set(key, group);
    group.before++;
    group.lists += Number(!isEmptyList(entry));
    const found = entries.get(nameOf(twins.get(entry.org) ?? entry.org, kind, entry.uid));
    // What a restore left there, to the letter: what was written over it since then counts.
    const isRestored =
      found !== undefined && restored.get(keyOf(found))?.mark === entryFingerprint(kindOf(kind), found);
    if (found !== undefined && !isRestored && isOther(entry, found)) {
      group.pairs.push([entry, found]);
    }
  }
  return [...groups.values()].flatMap(({ lists, ...group }): Group[] => {
    const emptied = group.pairs.filter(([, found]) => isEmptyList(found));
    const judged = [
      { ...group, isMuch: (some: number) => isOver(changed, some, group.before) },
      { ...group, before: lists, pairs: emptied, isMuch: (some: number) => isHalf({ before: lists, gone: some }) },
    ];
    return judged.filter(({ pairs, isMuch }) => isMuch(pairs.length)).slice(0, 1);
  });
}

function isEmptyList({ kind, bytes }: ManifestEntry): boolean {
  return bytes === kindOf(kind).emptyBytes;
}

/** Whether the same content has the same id in both: nobody was upgraded, and no key was replaced. */
function isSameForm({ instance, version }: BackupOptions, before: Manifest, now: Shrinkable): boolean {
  const ids = new Set(before.resources.map(({ object }) => object));
  return (
    before.grafana.version === instance.capabilities.version &&
    before.dashkeep === version &&
    now.resources.some(({ object }) => ids.has(object))
  );
}

/**
 * The entries of the new snapshot, under the IDs of the earlier one where another key gave the same content other IDs,
 * and whether any other ID means other content.
 * @returns undefined where only others can read what was stored before, or what a new version may have changed
 */
async function comparableWith(
  options: BackupOptions,
  before: Manifest,
  now: Shrinkable,
): Promise<{ resources: ManifestEntry[]; isSame: boolean } | undefined> {
  const { repository, signal } = options;
  const asStored = { resources: now.resources, isSame: isSameForm(options, before, now) };
  const { current, encrypted } = asStored.isSame
    ? { current: true, encrypted: true }
    : await repository.stored(before.id, { signal });
  if (current) {
    return asStored;
  }
  const isReadable = async (one: Pick<Manifest, 'resources'>): Promise<boolean> =>
    repository.keyring.readsObjects && (await unopened(repository, one, { signal })) === undefined;
  if (encrypted && !(await isReadable(before))) {
    return undefined;
  }
  const resources = await withIdsOf(repository, before.resources, now.resources, { signal });
  const isSame = isSameForm(options, before, { ...now, resources });
  return isSame || (await isReadable(now)) ? { resources, isSame } : undefined;
}

/** What restores did since a snapshot, as their records say that a trusted key signed. */
async function restoredSince(options: BackupOptions, { started }: Manifest): Promise<Restored> {
  const since = Date.parse(started);
  const runs = await restoresSince(options, (run) => Date.parse(run.finished ?? run.started) >= since);
  const restored = new Map<string, NonNullable<(typeof runs)[number]['record']['touched']>[number]>();
  for (const { record, author } of runs) {
    for (const touched of options.repository.trust.counts(author) ? (record.touched ?? []) : []) {
      const key = keyOf(touched);
      restored.set(key, restored.get(key) ?? touched);
    }
  }
  return restored;
}
