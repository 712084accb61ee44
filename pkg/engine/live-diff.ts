import { compact } from '../contract/compact.ts';
import type { KindName } from '../contract/kinds.ts';
import type { Manifest, ManifestEntry, ResourceProblem } from '../contract/manifest.ts';
import type { Diff } from '../contract/plan.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { because, reasonFrom } from '../contract/reasons/reason.ts';
import { assertMember } from '../grafana/closed-orgs.ts';
import { isUnreadable } from '../grafana/http/errors.ts';
import { kindContext, type Instance, type Org } from '../grafana/instance.ts';
import type { Content } from '../grafana/kinds/content.ts';
import type { Kind, KindContext, Listed } from '../grafana/kinds/kind.ts';
import { KINDS } from '../grafana/kinds/registry.ts';
import { canonicalOf } from '../grafana/kinds/text-content.ts';
import { isPreview, unusedPreviewFolders } from '../grafana/previews.ts';
import { forEachConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository/repository.ts';
import { isSameBesideDefaults } from './changes/upgrades.ts';
import { diffStates, key, savedIn, statesOf, type State, type States } from './diff.ts';
import { placeAndName } from './folder-paths.ts';
import { storedContent } from './restore/content.ts';
import { ProgressCounter, type OnProgress } from './progress.ts';
import type { Recent } from './recent.ts';
import { servingOf } from './served-kinds.ts';

const READS_AT_ONCE = 16;
/** Without these, a list of changes is of little use. */
const MISSED: ReadonlySet<KindName> = new Set(['folder', 'dashboard', 'alert-rule-group']);
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
 * What changed from a snapshot to what is live now, of the kinds that the snapshot holds or has read: first folders,
 * dashboards and alert rules. Permissions come last: each takes a request, and they are always read.
 * What is too large or nested too deep to be read differs from whatever a snapshot holds; a list of that kind is named.
 * @throws when a kind cannot be listed or anything else not be read: half a comparison would be a lie.
 */
export async function diffLive({ recent, ...given }: LiveDiffOptions): Promise<Diff> {
  const options = { ...given, ...(recent?.sharesWith(given.manifest) === true ? { recent } : {}) };
  const { manifest, instance, clock } = options;
  const orgs = new Set(instance.orgs.map((org) => org.id));
  const held = manifest.resources.filter((entry) => orgs.has(entry.org));
  await assertMember(instance, held, options.signal);
  const stored = statesOf(held);
  const live: States = new Map();
  const errors: ResourceProblem[] = [];
  const pending = new Set(KINDS.filter(({ name }) => wasRead(manifest, name)).map(({ name }) => name));
  const found = async (): Promise<Diff> => {
    const states = new Map(live);
    // While dashboards are read, every folder looks unused: nothing is taken from what was read.
    for (const { org, kind, uid } of await unusedPreviewFolders([...states.values()], instance.previews)) {
      states.delete(key(org, kind, uid));
    }
    placeAndName([...states.values()]);
    const diff = diffStates(stored, states, (kind) => !pending.has(kind) && !errors.some((one) => one.kind === kind));
    return errors.length === 0 ? diff : { ...diff, errors };
  };
  let reported = Number.NEGATIVE_INFINITY;
  const report = async (): Promise<void> => {
    const now = clock.monotonic();
    if (options.onPart !== undefined && now - reported >= PART_EVERY_MS) {
      reported = now;
      options.onPart(await found(), [...pending]);
    }
  };
  const reportAtOnce = (): Promise<void> => {
    reported = Number.NEGATIVE_INFINITY;
    return report();
  };
  const progress = new ProgressCounter(clock, options.onProgress);
  const contexts = new Map(instance.orgs.map((org) => [org.id, contextOf(options, org)]));
  const listed = (org: number, kind: KindName): State[] =>
    [...live.values()].filter((one) => one.org === org && one.kind === kind);
  const owners = (org: number, kind: KindName): State[] | undefined =>
    pending.has(kind) || !wasRead(manifest, kind) ? undefined : listed(org, kind);
  progress.phase('comparing', { number: 1, of: 2 });
  const kinds = KINDS.filter(({ name }) => pending.has(name)).sort(mostMissedFirst);
  const firstDear = kinds.find(({ owner }) => owner !== undefined);
  for (const kind of kinds) {
    if (kind === firstDear) {
      await reportAtOnce();
      progress.phase('permissions', { number: 2, of: 2, total: 0 });
      await expectOwned(kinds, contexts, listed, progress);
    }
    for (const { id } of orgsOf(options, kind)) {
      const context = contexts.get(id);
      if (context !== undefined) {
        await readLive(options, context, kind, { stored, live, errors, owners, progress, report });
      }
    }
    pending.delete(kind.name);
    await (MISSED.has(kind.name) ? reportAtOnce() : report());
  }
  return found();
}

/** How many permissions there are to read is known: one list for each owner. */
async function expectOwned(
  kinds: readonly Kind[],
  contexts: ReadonlyMap<number, KindContext>,
  listed: (org: number, kind: KindName) => State[],
  progress: ProgressCounter,
): Promise<void> {
  for (const kind of kinds) {
    for (const [org, context] of kind.owner === undefined ? [] : contexts) {
      const { served } = await servingOf(kind, context);
      progress.expect(kind.name, org, served && kind.owner !== undefined ? listed(org, kind.owner).length : 0);
    }
  }
}

function contextOf({ instance, repository, clock, log, signal }: LiveDiffOptions, org: Org): KindContext {
  return kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted });
}

function asOwner({ uid, title, folderUid }: State): Listed {
  return compact({ uid, title, folderUid });
}

/** What people miss first comes first, and what takes a request for each resource last; the others keep their order. */
function mostMissedFirst(a: Kind, b: Kind): number {
  return turnOf(a) - turnOf(b);
}

function turnOf({ name, owner }: Kind): number {
  return MISSED.has(name) ? 0 : owner === undefined ? 1 : 2;
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
  stored: States;
  live: States;
  /** Kinds whose list is too large, or that these credentials cannot see, or not all of. */
  errors: ResourceProblem[];
  /** What was listed of the kind that another one belongs to, once that is all. */
  owners(org: number, kind: KindName): State[] | undefined;
  progress: ProgressCounter;
  report(): Promise<void>;
}

/** What is shown of a resource. */
type Shown = Pick<State, 'title' | 'folderUid'> & Pick<ManifestEntry, 'facts'>;

async function readLive(
  options: LiveDiffOptions,
  context: KindContext,
  kind: Kind,
  { stored: before, live, errors, owners: ownersOf, progress, report }: Reading,
): Promise<void> {
  const { repository } = options;
  const { org } = context;
  const serving = await servingOf(kind, context);
  if (!serving.served) {
    // Resources that these credentials cannot see may still exist.
    if (options.manifest.resources.some((entry) => entry.org === org.id && entry.kind === kind.name)) {
      errors.push({ org: org.id, kind: kind.name, uid: '', ...because(serving.reason) });
    }
    return;
  }
  if (serving.lacking !== undefined) {
    errors.push({ org: org.id, kind: kind.name, uid: '', ...because(reasonFrom(serving.lacking)) });
  }
  const recent = options.recent?.of(org.id, kind);
  const put = (uid: string, object: string, { title, folderUid, facts }: Shown): void => {
    const at = key(org.id, kind.name, uid);
    const saved = savedIn(facts, !before.has(at));
    live.set(at, { org: org.id, kind: kind.name, uid, title, folder: '', folderUid, object, ...saved });
    progress.finished(kind.name, true);
  };
  const putLive = async ({ uid }: Listed, content: Content): Promise<void> => {
    const held = before.get(key(org.id, kind.name, uid))?.object;
    const object = objectOf(repository, content, held);
    const isOther = held !== undefined && held !== object && object !== UNREAD;
    const isHeld = isOther && (await isStored(options, kind, org.id, uid, content));
    put(uid, isHeld ? held : object, content);
  };
  const toRead: Listed[] = [];
  const owners = kind.owner === undefined ? undefined : ownersOf(org.id, kind.owner);
  const known = {
    ...(recent?.known ?? { revision: () => undefined, size: 0 }),
    ...compact({ owners: owners?.map(asOwner) }),
  };
  try {
    for await (const { content, ...listed } of kind.list(context, known)) {
      if (await isPreview(context, kind, content === undefined ? listed : { ...listed, content })) {
        continue;
      }
      progress.listed(kind.name, org.id);
      // Permissions could be a day old there.
      const stored = content === undefined && kind.owner === undefined ? recent?.stored(listed) : undefined;
      if (content !== undefined) {
        await putLive(listed, content);
      } else if (stored !== undefined) {
        put(listed.uid, stored.entry.object, stored.entry);
      } else {
        toRead.push(listed);
      }
    }
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    errors.push({ org: org.id, kind: kind.name, uid: '', ...because(reasonFrom(error)) });
  }
  await forEachConcurrently(READS_AT_ONCE, toRead, async (listed) => {
    const content = await kind
      .read(context, listed)
      .catch((error: unknown) => unlessUnreadable(error, 'unread' as const));
    if (content === 'unread') {
      put(listed.uid, UNREAD, listed);
    } else if (content !== undefined) {
      await putLive(listed, content);
    }
    await report();
  });
}

/** Whether content differs from that of the snapshot only in what versions of Grafana add by themselves. */
async function isStored(
  { manifest, repository, signal }: LiveDiffOptions,
  kind: Kind,
  org: number,
  uid: string,
  content: Content,
): Promise<boolean> {
  const isEntry = (one: ManifestEntry): boolean => one.org === org && one.kind === kind.name && one.uid === uid;
  const entry = kind.withoutDefaults === undefined ? undefined : manifest.resources.find(isEntry);
  return entry !== undefined && isSameBesideDefaults(kind, await storedContent(repository, entry, signal), content);
}

/** In place of the id of an object, which is never like that. */
const UNREAD = 'unread';

/** @param held - the ID that the snapshot has for it: under another key, the same content has another one */
function objectOf({ keyring }: Repository, content: Content, held: string | undefined): string {
  try {
    const text = canonicalOf(content);
    const id = keyring.objectId(text);
    const isSame = (encrypted: boolean): boolean =>
      held !== undefined && keyring.check(held, text, encrypted) === 'match';
    return held !== undefined && held !== id && (isSame(false) || isSame(true)) ? held : id;
  } catch (error) {
    return unlessUnreadable(error, UNREAD);
  }
}

function unlessUnreadable<T>(error: unknown, otherwise: T): T {
  if (isUnreadable(error)) {
    return otherwise;
  }
  throw error;
}
