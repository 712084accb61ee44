import { compact } from '../../../contract/compact.ts';
import type { KindName } from '../../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import type { RunRecord, Touched } from '../../../contract/runs.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isCreatedInPart, isRestored, isUpdatedInPart, sourceOf, storedContent } from '../content.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import { writeContext } from '../context.ts';
import { keyOf } from '../target.ts';
import { contentFingerprint } from '../apply/change-log.ts';
import type { PlanRequest } from '../types.ts';
import { liveOrgs } from './new-orgs.ts';
import { visitTouched } from './visit-touched.ts';

/** Entries of a snapshot by key. */
type Entries = ReadonlyMap<string, ManifestEntry>;

/**
 * What a restore that was cut short has touched, with what it had not read back looked at now: what is live as the
 * restore would have left it, made only of parts of that and of what was there before, or still with the mark of an
 * unfinished creation, was written by it. What is not stays open: undoing leaves it, and says that it may be half
 * written.
 */
export async function closeOpenEntries(
  request: PlanRequest,
  touched: readonly Touched[],
  stored: Entries | undefined,
): Promise<Touched[]> {
  const before = entriesOf(request.manifest);
  const open = touched.filter(({ open: isOpen, did }) => isOpen === true && did !== 'deleted');
  const closed = new Map<string, Touched>();
  for (const org of request.instance.orgs) {
    for (const name of new Set(open.map(({ kind }) => kind))) {
      const ofKind = open.filter((one) => one.org === org.id && one.kind === name);
      const known = ofKind.length === 0 ? [] : await closeKind(request, org, name, ofKind, [before, stored]);
      known.forEach(([key, one]) => closed.set(key, one));
    }
  }
  return touched.map((one) => closed.get(keyOf(one)) ?? one);
}

async function closeKind(
  request: PlanRequest,
  org: Org,
  name: KindName,
  open: readonly Touched[],
  [before, stored]: readonly [Entries, Entries | undefined],
): Promise<[key: string, closed: Touched][]> {
  const kind = kindOf(name);
  const context = writeContext(request, org);
  const closed: [string, Touched][] = [];
  const unseen: Touched[] = [];
  const close = (one: Touched, live: Content | undefined): void => {
    closed.push([
      keyOf(one),
      { ...one, ...compact({ mark: live && contentFingerprint(request.repository, kind, live) }) },
    ]);
  };
  if (!(await kind.serves(context)).served) {
    return closed;
  }
  await visitTouched(request, kind, context, open, stored, {
    async each(one, live) {
      if (
        one.did === 'updated' &&
        (await isHalfUpdated(request, kind, live, [before.get(keyOf(one)), stored?.get(keyOf(one))]))
      ) {
        const { open: _, mark: __, ...known } = one;
        close(known, live);
        return;
      }
      if (live === undefined) {
        if (one.did === 'created') {
          unseen.push(one);
        }
        return;
      }
      const mark = contentFingerprint(request.repository, kind, live);
      if (one.did === 'created' && live.unfinished === true) {
        close(one, live);
        return;
      }
      const entry = stored?.get(keyOf(one));
      const wanted =
        mark === one.mark || entry === undefined
          ? undefined
          : await storedContent(sourceOf(request), entry, request.signal);
      const isBegun = one.did === 'created' && wanted !== undefined && isCreatedInPart(kind, live, wanted);
      if (isBegun || (wanted !== undefined && isRestored(kind, wanted, live))) {
        close(one, live);
      }
    },
    // The restore left nothing like that.
    unreadable: () => undefined,
  });
  for (const [one, live] of await createdElsewhere(request, kind, context, unseen, [before, stored])) {
    closed.push([
      keyOf(one),
      { ...one, uid: live.uid, mark: contentFingerprint(request.repository, kind, live.content) },
    ]);
  }
  return closed;
}

/** What the restore created under a uid that Grafana chose, and did not come to record. */
async function createdElsewhere(
  request: PlanRequest,
  kind: Kind,
  context: WriteContext,
  unseen: readonly Touched[],
  [before, stored]: readonly [Entries, Entries | undefined],
): Promise<[one: Touched, live: { uid: string; content: Content }][]> {
  const wanted = new Map<string, Content>();
  for (const one of kind.counterparts === undefined ? [] : unseen) {
    const entry = stored?.get(keyOf(one));
    if (entry !== undefined) {
      wanted.set(one.uid, await storedContent(sourceOf(request), entry, request.signal));
    }
  }
  const ofKind = [...before.values()].filter((entry) => entry.org === context.org.id && entry.kind === kind.name);
  const taken = new Set(ofKind.map(({ uid }) => uid));
  const found: [Touched, { uid: string; content: Content }][] = [];
  for (const [from, uid] of wanted.size === 0 ? [] : ((await kind.counterparts?.(context, wanted, taken)) ?? [])) {
    const content = await kind.read(context, { uid, title: uid });
    const [one, whole] = [unseen.find((candidate) => candidate.uid === from), wanted.get(from)];
    if (one !== undefined && whole !== undefined && content !== undefined && isRestored(kind, whole, content)) {
      found.push([one, { uid, content }]);
    }
  }
  return found;
}

/** Whether the restore wrote only parts of it, by what it overwrote and what it brought back. */
async function isHalfUpdated(
  request: PlanRequest,
  kind: Kind,
  live: Content | undefined,
  [before, after]: readonly [ManifestEntry | undefined, ManifestEntry | undefined],
): Promise<boolean> {
  if (kind.isBetween === undefined || before === undefined || after === undefined) {
    return false;
  }
  const { repository, signal } = request;
  const overwritten = await storedContent(repository, before, signal);
  return isUpdatedInPart(kind, live, overwritten, await storedContent(sourceOf(request), after, signal));
}

/** The entries of the snapshot that a restore brought back; undefined where it is gone, or not trusted. */
export async function entriesBroughtBack(
  request: PlanRequest,
  { source }: Pick<RunRecord, 'source'>,
): Promise<Entries | undefined> {
  if (source === undefined) {
    return undefined;
  }
  try {
    const { signal } = request;
    const repository = sourceOf(request);
    const { manifest, author } = await repository.stored(source, { signal });
    return repository.trust.counts(author) ? entriesOf(renumbered(manifest, liveOrgs(request.instance))) : undefined;
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

/** With the ID that each organization has here: a restore of everything finds organizations by name. */
function renumbered(manifest: Manifest, orgs: readonly Pick<Org, 'id' | 'name'>[]): Pick<Manifest, 'resources'> {
  const here = new Map(orgs.map(({ id, name }) => [name, id]));
  const ids = new Map(manifest.orgs.map(({ id, name }) => [id, here.get(name) ?? id]));
  return { resources: manifest.resources.map((entry) => ({ ...entry, org: ids.get(entry.org) ?? entry.org })) };
}

function entriesOf({ resources }: Pick<Manifest, 'resources'>): Entries {
  return new Map(resources.map((entry) => [keyOf(entry), entry]));
}
