import type { KindName } from '../contract/kinds.ts';
import type { ChangeCounts, Manifest, ManifestEntry } from '../contract/manifest.ts';
import type { Diff, DiffItem } from '../contract/plan.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import type { Content } from '../grafana/kinds/content.ts';
import { KINDS } from '../grafana/kinds/registry.ts';
import { canonicalOf } from '../grafana/kinds/text-content.ts';
import type { Repository } from '../repository/repository.types.ts';
import { placeAndName } from './folder-paths.ts';
import { isPreview, unusedPreviewFolders } from '../grafana/previews.ts';
import { forEachConcurrently } from '../lib/concurrency/each-at-once.ts';
import { scopeOfBoth, type Compared } from './scope.ts';
import { servingOf } from './served-kinds.ts';

/** What must be equal for a resource to be unchanged: its content and the folder it is in. */
interface State extends DiffItem {
  object: string;
  folderUid?: string | undefined;
}

type States = Map<string, State>;

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
  later.orgs.forEach(({ id }) => countsOf(id));
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
  return byOrg.size < 2 ? all : { ...all, orgs: [...byOrg].map(([id, counts]) => ({ id, ...counts })) };
}

type Counts = Omit<ChangeCounts, 'orgs'>;

export interface LiveDiffOptions {
  manifest: Manifest;
  repository: Repository;
  instance: Instance;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/**
 * What changed from a snapshot to what is live now, of the kinds that the snapshot holds or has read.
 * @throws when a kind cannot be listed or a resource not be read: half a comparison would be a lie.
 */
export async function diffLive(options: LiveDiffOptions): Promise<Diff> {
  const { manifest } = options;
  const live: States = new Map();
  const serverKinds = new Set(
    KINDS.filter(({ declaration }) => declaration.scope === 'server').map(({ name }) => name),
  );
  // What belongs to the server is in the snapshot once, under the first org of that backup.
  const home = manifest.resources.find(({ kind }) => serverKinds.has(kind))?.org;
  for (const org of options.instance.orgs) {
    for (const kind of KINDS) {
      if (wasRead(manifest, kind.name) && (org.id === home || !serverKinds.has(kind.name))) {
        await readLive(options, org.id, kind.name, live);
      }
    }
  }
  for (const { org, kind, uid } of await unusedPreviewFolders([...live.values()], options.instance.previews)) {
    live.delete(key(org, kind, uid));
  }
  placeAndName([...live.values()]);
  const orgs = new Set(options.instance.orgs.map((org) => org.id));
  return diffStates(statesOf(manifest.resources.filter((entry) => orgs.has(entry.org))), live);
}

function wasRead(manifest: Manifest, kind: KindName): boolean {
  const report = manifest.kinds[kind];
  return report !== undefined && (report.reason === undefined || report.listed > 0);
}

async function readLive(options: LiveDiffOptions, orgId: number, name: KindName, live: States): Promise<void> {
  const { instance, repository, clock, log, signal } = options;
  const org = instance.orgs.find((candidate) => candidate.id === orgId);
  const kind = KINDS.find((candidate) => candidate.name === name);
  if (org === undefined || kind === undefined) {
    return;
  }
  const context = kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted });
  if (!(await servingOf(kind, context)).served) {
    return;
  }
  const toRead = [];
  for await (const listed of kind.list(context, { revision: () => undefined, size: 0 })) {
    const { content, ...rest } = listed;
    if (await isPreview(context, kind, listed)) {
      continue;
    }
    if (content === undefined) {
      toRead.push(rest);
    } else {
      remember(live, options.repository, orgId, name, listed.uid, content);
    }
  }
  await forEachConcurrently(16, toRead, async (listed) => {
    const content = await kind.read(context, listed);
    if (content !== undefined) {
      remember(live, options.repository, orgId, name, listed.uid, content);
    }
  });
}

function remember(
  live: States,
  repository: Repository,
  org: number,
  kind: KindName,
  uid: string,
  content: Content,
): void {
  const object = repository.objectId(canonicalOf(content));
  const { title, folderUid } = content;
  live.set(key(org, kind, uid), { org, kind, uid, title, folder: '', folderUid, object });
}

function key(org: number, kind: KindName, uid: string): string {
  return `${org}/${kind}/${uid}`;
}

function statesOf(entries: readonly ManifestEntry[]): States {
  return new Map(
    entries.map(({ org, kind, uid, title, folder, folderUid, object }) => [
      key(org, kind, uid),
      { org, kind, uid, title, folder, folderUid, object },
    ]),
  );
}

function diffStates(from: States, to: States): Diff {
  const diff: Diff = { added: [], changed: [], removed: [] };
  for (const [id, state] of to) {
    const before = from.get(id);
    if (before === undefined) {
      diff.added.push(itemOf(state));
    } else if (differs(before, state)) {
      diff.changed.push(itemOf(state));
    }
  }
  for (const [id, state] of from) {
    if (!to.has(id)) {
      diff.removed.push(itemOf(state));
    }
  }
  return diff;
}

function differs(one: Pick<ManifestEntry, 'object' | 'folderUid'>, other: typeof one): boolean {
  return one.object !== other.object || one.folderUid !== other.folderUid;
}

function itemOf({ org, kind, uid, title, folder }: State): DiffItem {
  return { org, kind, uid, title, folder };
}
