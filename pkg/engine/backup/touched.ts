import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import { problemCount, type KindReport, type Manifest, type ManifestEntry } from '../../contract/manifest.ts';
import { isForbidden, isUnreadable } from '../../grafana/http/errors.ts';
import { kindContext, type Org } from '../../grafana/instance.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { goesWith, goingWith, KINDS, kindOf } from '../../grafana/kinds/registry.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { UnsealedManifest } from '../../repository/snapshots/manifests.ts';
import { placeAndName } from '../folder-paths.ts';
import type { ProgressCounter } from '../progress.ts';
import { keyOf } from '../restore/target.ts';
import { servingOf } from '../served-kinds.ts';
import { inManifestOrder } from './collection.ts';
import type { BackupOptions, ToBeWritten } from './options.ts';
import { entryOf } from './read-kind.ts';

const AT_ONCE = 8;
const OWNERS = new Set(KINDS.map(goesWith));

/** What a snapshot of a few resources says besides its own facts. */
export type TouchedPart = Pick<
  UnsealedManifest,
  'status' | 'orgs' | 'scope' | 'sinceFullRead' | 'kinds' | 'errors' | 'skipped' | 'lists' | 'resources' | 'basedOn'
>;

/**
 * Reads the resources that a restore is about to overwrite or delete, and copies all others from the last snapshot,
 * which the manifest records in `basedOn`. The next backup builds on the result as on any other snapshot.
 * @returns undefined if something that Grafana deletes with them can't be read, which a full snapshot names; and if one
 * was deleted meanwhile that others belong to, or the owner of permissions, of which a full snapshot leaves out all
 * @throws what reading throws: what cannot be saved must not be overwritten.
 */
export async function readTouched(
  options: BackupOptions & { touched: readonly ToBeWritten[] },
  last: Manifest,
  progress: ProgressCounter,
): Promise<TouchedPart | undefined> {
  const { instance } = options;
  const orgs = new Set(instance.orgs.map(({ id }) => id));
  const isOurs = ({ org }: { org: number }): boolean => orgs.has(org);
  progress.phase('reading', { number: 1, of: 1 });
  const contexts = new Map(instance.orgs.map((org) => [org.id, contextOf(options, org)]));
  const along = await goingAlong(options.touched, contexts);
  if (along === undefined) {
    return undefined;
  }
  // What is deleted with its owner can be named by itself, too.
  const touched = [...new Map([...options.touched, ...along].map((one) => [keyOf(one), one])).values()];
  progress.stepTotal(touched.length);
  progress.total(touched.length);
  const fresh: ManifestEntry[] = [];
  let isOwnerGone = false;
  await forEachConcurrently(AT_ONCE, touched, async (one) => {
    const entry = await readOne(options, contexts.get(one.org), one);
    if (entry === 'gone') {
      isOwnerGone ||= OWNERS.has(one.kind) || kindOf(one.kind).owner !== undefined;
    } else if (entry !== undefined) {
      fresh.push(entry);
    }
    progress.finished(one.kind, true);
  });
  if (isOwnerGone) {
    return undefined;
  }
  const read = new Set(touched.map(keyOf));
  const absent = new Set((options.creates ?? []).map(keyOf));
  const isCopied = (entry: ManifestEntry): boolean => !read.has(keyOf(entry)) && !absent.has(keyOf(entry));
  const kept = last.resources.filter((entry) => isOurs(entry) && isCopied(entry));
  const resources = inManifestOrder([...kept.map((entry) => takenOver(entry, last)), ...fresh]);
  placeAndName(resources);
  const errors = last.errors.filter((problem) => isOurs(problem) && !read.has(keyOf(problem)));
  const skipped = last.skipped.filter(isOurs);
  return {
    status: errors.length === 0 ? 'complete' : 'partial',
    orgs: last.orgs.filter(({ id }) => orgs.has(id)),
    sinceFullRead: last.sinceFullRead,
    kinds: reportsOf(last, resources, fresh, { errors, skipped }),
    errors,
    skipped,
    ...(last.scope === undefined ? {} : { scope: last.scope }),
    ...(last.lists === undefined ? {} : { lists: last.lists.filter(isOurs) }),
    resources,
    basedOn: last.basedOn ?? { id: last.id, started: last.started },
  };
}

function contextOf({ instance, repository, clock, log, signal }: BackupOptions, org: Org): KindContext {
  return kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted });
}

/**
 * Resources that Grafana deletes with others and the plan does not list, such as those created since. Undefined if one
 * can't be read.
 */
async function goingAlong(
  touched: readonly ToBeWritten[],
  contexts: ReadonlyMap<number, KindContext>,
): Promise<ToBeWritten[] | undefined> {
  const named = new Set(touched.map(keyOf));
  const found: ToBeWritten[] = [];
  try {
    for (const { org, kind, uid } of touched.filter(({ isDeleted }) => isDeleted)) {
      const context = contexts.get(org);
      for await (const listed of context === undefined ? [] : goingWith(context, { kind, uid })) {
        const one = { ...listed, org, isDeleted: true };
        if (!named.has(keyOf(one))) {
          found.push(one);
        }
      }
    }
    return found;
  } catch (error) {
    if (isUnreadable(error) || isForbidden(error)) {
      return undefined;
    }
    throw error;
  }
}

async function readOne(
  { repository, signal }: BackupOptions,
  context: KindContext | undefined,
  { org: id, kind: name, isDeleted: _isDeleted, ...listed }: ToBeWritten,
): Promise<ManifestEntry | 'gone' | undefined> {
  const kind = kindOf(name);
  if (context === undefined || !(await servingOf(kind, context)).served) {
    return undefined;
  }
  const content = await kind.read(context, listed);
  if (content === undefined) {
    return 'gone';
  }
  const canonical = canonicalOf(content);
  const object = repository.objectId(canonical);
  await repository.putObject(object, canonical, { signal });
  const { revision: _, ...rest } = listed;
  const shown = { ...rest, ...compact({ revision: await kind.revisionOf?.(context, listed.uid, content) }) };
  return entryOf({ org: id, kind: name }, shown, content, { id: object, bytes: canonical.length });
}

/** What no revision proves was read when the last snapshot says. */
function takenOver(entry: ManifestEntry, { started }: Manifest): ManifestEntry {
  return kindOf(entry.kind).staleAfter === undefined ? { ...entry } : { ...entry, readAt: entry.readAt ?? started };
}

function reportsOf(
  last: Manifest,
  resources: readonly ManifestEntry[],
  fresh: readonly ManifestEntry[],
  { errors, skipped }: Pick<Manifest, 'errors' | 'skipped'>,
): Manifest['kinds'] {
  const reports: Manifest['kinds'] = {};
  for (const [name, before] of Object.entries(last.kinds) as [KindName, KindReport][]) {
    const isOfKind = ({ kind }: { kind: KindName }): boolean => kind === name;
    const held = resources.filter(isOfKind).length;
    const stored = fresh.filter(isOfKind).length;
    const left = skipped.filter(isOfKind).length;
    const failed = problemCount(errors.filter((one) => isOfKind(one) && one.uid !== ''));
    reports[name] = {
      ...before,
      listed: held + failed + left,
      stored,
      reused: held - stored,
      skipped: left,
      failed,
      ...(kindOf(name).staleAfter === undefined ? {} : { oldestReadAt: before.oldestReadAt ?? last.started }),
    };
  }
  return reports;
}
