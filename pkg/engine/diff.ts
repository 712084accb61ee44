import { compact } from '../contract/compact.ts';
import type { KindName } from '../contract/kinds.ts';
import type { ChangeCounts, ManifestEntry } from '../contract/manifest.ts';
import type { Diff, DiffItem } from '../contract/plan.ts';
import { inManifestOrder } from './backup/collection.ts';
import { scopeOfBoth, type Compared } from './scope.ts';

/** What must be equal for a resource to be unchanged: its content and the folder it is in. */
export interface State extends DiffItem {
  object: string;
  folderUid?: string | undefined;
}

export type States = Map<string, State>;

/** What changed from one snapshot to a later one, of the organizations and kinds that both of them cover. */
export function diffManifests(from: Compared, to: Compared): Diff {
  const common = scopeOfBoth(from, to);
  return diffStates(statesOf(from.resources.filter(common)), statesOf(to.resources.filter(common)));
}

/**
 * How many resources changed, without a list of them: of a large snapshot that would take as much memory as its
 * entries.
 */
export function countChanges(earlier: Compared, later: Compared): ChangeCounts {
  const common = scopeOfBoth(earlier, later);
  const from = earlier.resources.filter(common);
  const to = later.resources.filter(common);
  const before = new Map(from.map((entry) => [key(entry.org, entry.kind, entry.uid), entry]));
  const byOrg = new Map<number, Counts>();
  const countsOf = (org: number): Counts => {
    const counts = byOrg.get(org) ?? { added: 0, changed: 0, removed: 0 };
    byOrg.set(org, counts);
    return counts;
  };
  later.orgs.filter(({ id }) => earlier.orgs.some((one) => one.id === id)).forEach(({ id }) => countsOf(id));
  before.forEach(({ org }) => countsOf(org).removed++);
  for (const entry of to) {
    const counts = countsOf(entry.org);
    // Against nothing, everything is new without a look at keys.
    const same = before.size === 0 ? undefined : before.get(key(entry.org, entry.kind, entry.uid));
    counts.added += same === undefined ? 1 : 0;
    counts.removed -= same === undefined ? 0 : 1;
    counts.changed += same !== undefined && differs(same, entry) ? 1 : 0;
  }
  const all: Counts = { added: 0, changed: 0, removed: 0 };
  for (const { added, changed, removed } of byOrg.values()) {
    all.added += added;
    all.changed += changed;
    all.removed += removed;
  }
  return byOrg.size < 2 && later.orgs.length < 2
    ? all
    : { ...all, orgs: [...byOrg].map(([id, counts]) => ({ id, ...counts })) };
}

type Counts = Omit<ChangeCounts, 'orgs'>;

/** Names a resource in `States`. */
export function key(org: number, kind: KindName, uid: string): string {
  return `${org}/${kind}/${uid}`;
}

/** The states of a snapshot's entries. */
export function statesOf(entries: readonly ManifestEntry[]): States {
  return new Map(
    entries.map(({ org, kind, uid, title, folder, folderUid, object, facts }) => {
      const of = kind === 'annotation' && typeof facts?.['of'] === 'string' ? facts['of'] : undefined;
      return [key(org, kind, uid), { org, kind, uid, title, folder, folderUid, object, ...compact({ of }) }];
    }),
  );
}

/**
 * What changed from one to the other.
 * @param isWhole whether `to` has all of a kind, so that what it lacks was removed
 */
export function diffStates(from: States, to: States, isWhole: (kind: KindName) => boolean = () => true): Diff {
  const diff: Diff = { added: [], changed: [], removed: [] };
  for (const [id, state] of to) {
    const before = from.get(id);
    if (before === undefined) {
      diff.added.push(itemOf(state));
    } else if (differs(before, state)) {
      diff.changed.push({ ...itemOf(state), ...(before.object === state.object ? { moved: true } : {}) });
    }
  }
  for (const [id, state] of from) {
    if (!to.has(id) && isWhole(state.kind)) {
      diff.removed.push(itemOf(state));
    }
  }
  // What is live comes in the order in which Grafana answers.
  Object.values(diff).forEach(inManifestOrder);
  return diff;
}

function differs(one: Pick<ManifestEntry, 'object' | 'folderUid'>, other: typeof one): boolean {
  return one.object !== other.object || one.folderUid !== other.folderUid;
}

function itemOf({ org, kind, uid, title, folder, updated, updatedBy, of }: State): DiffItem {
  return { org, kind, uid, title, folder, ...compact({ updated, updatedBy, of }) };
}

/**
 * When something was added or changed, and by whom, as Grafana says.
 * @param isNew - Grafana says nothing more of some kinds than who created them
 */
export function savedIn(facts: ManifestEntry['facts'] = {}, isNew: boolean): Pick<DiffItem, 'updated' | 'updatedBy'> {
  const text = (name: string): string | undefined => {
    const value = facts[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const saved = text('updated') ?? (isNew ? text('created') : undefined);
  const updated = Number.isNaN(Date.parse(saved ?? '')) ? undefined : saved;
  return compact({ updated, updatedBy: text('updatedBy') ?? (isNew ? text('createdBy') : undefined) });
}
