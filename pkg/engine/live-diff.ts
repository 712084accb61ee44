import type { KindName } from '../contract/kinds.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { Diff } from '../contract/plan.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { kindContext, type Instance, type Org } from '../grafana/instance.ts';
import type { Kind, KindContext, Listed } from '../grafana/kinds/kind.ts';
import { KINDS } from '../grafana/kinds/registry.ts';
import { canonicalOf } from '../grafana/kinds/text-content.ts';
import { isPreview, unusedPreviewFolders } from '../grafana/previews.ts';
import { forEachConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository/repository.types.ts';
import { diffStates, key, statesOf, type States } from './diff.ts';
import { placeAndName } from './folder-paths.ts';
import { ProgressCounter, type OnProgress } from './progress.ts';
import type { Recent } from './recent.ts';
import { servingOf } from './served-kinds.ts';

const READS_AT_ONCE = 16;
/** How often what was found so far is handed over, in milliseconds. */
const PART_EVERY_MS = 1_000;

export interface LiveDiffOptions {
  manifest: Manifest;
  repository: Repository;
  instance: Instance;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** What the last backup knows: what is unchanged since then by its revision is not read. Absent = all is read. */
  recent?: Recent;
  onProgress?: OnProgress;
  /** Gets what was found so far, and the kinds of which something may still be found. */
  onPart?: (diff: Diff, pending: readonly KindName[]) => void;
}

/**
 * What changed from a snapshot to what is live now, of the kinds that the snapshot holds or has read. Permissions come
 * last: each takes a request, and they are always read.
 * @throws when a kind cannot be listed or a resource not be read: half a comparison would be a lie.
 */
export async function diffLive(options: LiveDiffOptions): Promise<Diff> {
  const { manifest, instance, clock } = options;
  const orgs = new Set(instance.orgs.map((org) => org.id));
  const stored = statesOf(manifest.resources.filter((entry) => orgs.has(entry.org)));
  const live: States = new Map();
  const pending = new Set(KINDS.filter(({ name }) => wasRead(manifest, name)).map(({ name }) => name));
  const found = async (): Promise<Diff> => {
    for (const { org, kind, uid } of await unusedPreviewFolders([...live.values()], instance.previews)) {
      live.delete(key(org, kind, uid));
    }
    placeAndName([...live.values()]);
    return diffStates(stored, live, (kind) => !pending.has(kind));
  };
  let reported = Number.NEGATIVE_INFINITY;
  const report = async (): Promise<void> => {
    const now = clock.monotonic();
    if (options.onPart !== undefined && now - reported >= PART_EVERY_MS) {
      reported = now;
      options.onPart(await found(), [...pending]);
    }
  };
  const progress = new ProgressCounter(clock, options.onProgress);
  progress.phase('comparing', { number: 1, of: 2 });
  const kinds = KINDS.filter(({ name }) => pending.has(name)).sort(cheapFirst);
  const firstDear = kinds.find(({ owner }) => owner !== undefined);
  for (const kind of kinds) {
    if (kind === firstDear) {
      progress.phase('permissions', { number: 2, of: 2, total: 0 });
      await expectOwned(options, live, kinds, progress);
    }
    for (const org of orgsOf(options, kind)) {
      await readLive(options, org, kind, { live, progress, report });
    }
    pending.delete(kind.name);
    await report();
  }
  return found();
}

/** How many permissions there are to read is known: one list for each owner. */
async function expectOwned(
  options: LiveDiffOptions,
  live: States,
  kinds: readonly Kind[],
  progress: ProgressCounter,
): Promise<void> {
  for (const kind of kinds.filter(({ owner }) => owner !== undefined)) {
    for (const org of options.instance.orgs) {
      const { served } = await servingOf(kind, contextOf(options, org));
      const owners = [...live.values()].filter((one) => served && one.org === org.id && one.kind === kind.owner);
      progress.expect(kind.name, org.id, owners.length);
    }
  }
}

function contextOf({ instance, repository, clock, log, signal }: LiveDiffOptions, org: Org): KindContext {
  return kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted });
}

/** What takes a request for each resource comes last; the others stay in their order, in which folders come first. */
function cheapFirst(a: Kind, b: Kind): number {
  return Number(a.owner !== undefined) - Number(b.owner !== undefined);
}

/** What belongs to the server is in the snapshot once, under the first organization of that backup. */
function orgsOf({ manifest, instance }: LiveDiffOptions, { declaration }: Kind): readonly Org[] {
  if (declaration.scope === 'org') {
    return instance.orgs;
  }
  const serverKinds = new Set(KINDS.filter((kind) => kind.declaration.scope === 'server').map(({ name }) => name));
  const home = manifest.resources.find(({ kind }) => serverKinds.has(kind))?.org;
  return instance.orgs.filter(({ id }) => id === home);
}

function wasRead(manifest: Manifest, kind: KindName): boolean {
  const report = manifest.kinds[kind];
  return report !== undefined && (report.reason === undefined || report.listed > 0);
}

interface Reading {
  live: States;
  progress: ProgressCounter;
  report(): Promise<void>;
}

async function readLive(
  options: LiveDiffOptions,
  org: Org,
  kind: Kind,
  { live, progress, report }: Reading,
): Promise<void> {
  const { repository } = options;
  const context = contextOf(options, org);
  if (!(await servingOf(kind, context)).served) {
    return;
  }
  const recent = options.recent?.of(org.id, kind);
  const put = (uid: string, object: string, title: string, folderUid: string | undefined): void => {
    live.set(key(org.id, kind.name, uid), { org: org.id, kind: kind.name, uid, title, folder: '', folderUid, object });
    progress.finished(kind.name, true);
  };
  const toRead: Listed[] = [];
  for await (const { content, ...listed } of kind.list(
    context,
    recent?.known ?? { revision: () => undefined, size: 0 },
  )) {
    if (await isPreview(context, kind, content === undefined ? listed : { ...listed, content })) {
      continue;
    }
    progress.listed(kind.name, org.id);
    // Permissions could be a day old there.
    const stored = content === undefined && kind.owner === undefined ? recent?.stored(listed) : undefined;
    if (content !== undefined) {
      put(listed.uid, repository.objectId(canonicalOf(content)), content.title, content.folderUid);
    } else if (stored !== undefined) {
      put(listed.uid, stored.entry.object, stored.entry.title, stored.entry.folderUid);
    } else {
      toRead.push(listed);
    }
  }
  await forEachConcurrently(READS_AT_ONCE, toRead, async (listed) => {
    const content = await kind.read(context, listed);
    if (content !== undefined) {
      put(listed.uid, repository.objectId(canonicalOf(content)), content.title, content.folderUid);
    }
    await report();
  });
}
