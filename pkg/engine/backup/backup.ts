import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { byWriteOrder, KIND_NAMES } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { ByteBudget, LARGE_BYTES } from '../../grafana/http/byte-budget.ts';
import { closedOrgs } from '../../grafana/closed-orgs.ts';
import { kindContext } from '../../grafana/instance.ts';
import { unusedPreviewFolders } from '../../grafana/previews.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { assertStillThere } from '../../repository/config.ts';
import { newTimedId } from '../../repository/layout.ts';
import type { Encoder } from '../../repository/objects/encode-thread.ts';
import type { PlainCopies } from '../../repository/repository.types.ts';
import type { UnsealedManifest } from '../../repository/snapshots/manifests.ts';
import { countChanges } from '../diff.ts';
import { withIdsBesideDefaults, withIdsOf } from '../diff-stored.ts';
import { inRoomyHeap } from '../../lib/memory/heap-tuning.ts';
import { compareAllClocks } from '../clocks.ts';
import { nameAfterOwners, placeAndName } from '../folder-paths.ts';
import { TaskPool } from '../../lib/concurrency/task-pool.ts';
import { notAskedFor, servingOf } from '../served-kinds.ts';
import { deletedSince } from '../versions/deleted-since.ts';
import { ProgressCounter, type StepPlace } from '../progress.ts';
import { waitOutRestarts } from '../restarts.ts';
import { compareWithBaseline } from './losses/baseline.ts';
import { upgradeOf } from './losses/upgrade.ts';
import { Changes } from './changes.ts';
import { Collection } from './collection.ts';
import { comparedWith, isFromHere, previousOf, type Previous } from './previous.ts';
import { settleDeleted } from './deleted.ts';
import { readKind } from './read-kind.ts';
import type { KindRun } from './kind-run.ts';
import { putBackMissing } from './missing-objects.ts';
import { fitEntries } from './short-texts.ts';
import { readTouched } from './touched.ts';
import type { BackupOptions } from './options.ts';

/**
 * Resources read, hashed and written concurrently. More than the concurrent requests, so that reading and writing
 * overlap.
 */
const AT_ONCE = 96;

/** Kinds listed concurrently: one waits for its list while another's resources are stored. */
const KINDS_AT_ONCE = 2;

/**
 * One backup: session → objects → manifest. Whatever interrupts it leaves objects that nothing refers to, never a
 * snapshot that lacks something.
 * @returns the published manifest; its status says whether it is complete.
 * @throws when nothing could be read at all, the repository failed or clocks differ: then no snapshot was published.
 */
export async function backup(options: BackupOptions): Promise<Manifest> {
  const { repository, instance, clock, signal } = options;
  const started = clock.now();
  const warning = await compareAllClocks(options);
  if (warning !== undefined) {
    options.onWarning?.(warning);
  }
  const id = options.id ?? newTimedId(started, options.randomness);
  const session = await repository.openSession({ id, kind: 'backup' });
  try {
    const previous = await previousOf(options);
    const covered = instance.orgs.map((org) => org.id);
    const progress = new ProgressCounter(clock, options.onProgress, covered);
    waitOutRestarts(instance, progress, signal);
    const copies = options.plainCopies ? await repository.plainCopies({ signal }) : undefined;
    const part =
      (await touchedPart({ ...options, started }, previous, progress)) ??
      (await wholePart({ ...options, id, started }, previous, progress, copies));
    signal.throwIfAborted();
    await assertStillThere(repository, signal);
    progress.phase('publishing', step(4));
    const published = await repository.publish(
      {
        id,
        started: started.toISOString(),
        finished: clock.now().toISOString(),
        trigger: options.trigger,
        ...compact({ by: options.by }),
        dashkeep: options.version,
        grafana: compact({
          version: instance.capabilities.version,
          url: instance.url,
          edition: instance.capabilities.edition,
        }),
        ...part,
        resources: fitEntries(part.resources),
      },
      { signal },
    );
    await copies?.finish({ signal });
    return published;
  } finally {
    await session.end();
  }
}

/** Reading what has lists, reading permissions, checking objects, publishing. */
const STEPS = 4;

function step(number: number): StepPlace {
  return { number, of: STEPS };
}

/** What a manifest says about what was read. */
type Part = Omit<UnsealedManifest, 'id' | 'started' | 'finished' | 'trigger' | 'by' | 'dashkeep' | 'grafana'>;

/**
 * Where a restore names all that it overwrites, reads only that. Undefined where nothing can be gone on from: the last
 * snapshot is of another Grafana, lacks an organization, or objects of it are gone or damaged.
 */
async function touchedPart(
  options: BackupOptions & { started: Date },
  { manifest, damage }: Previous,
  progress: ProgressCounter,
): Promise<Part | undefined> {
  const { touched, instance, repository, version, signal } = options;
  if (touched === undefined || manifest === undefined || !isFromHere(manifest, instance, version)) {
    return undefined;
  }
  const known = new Set(manifest.orgs.map(({ id }) => id));
  if (!instance.orgs.every(({ id }) => known.has(id))) {
    return undefined;
  }
  const part = await readTouched({ ...options, touched }, manifest, progress);
  if (part === undefined) {
    return undefined;
  }
  progress.phase('checking');
  const missing = await repository.missingObjects(
    part.resources.map(({ object }) => object),
    { suspects: damage?.objects, signal },
  );
  const deletions = await deletedSince(options, manifest, { entries: part.resources, problems: part.errors });
  return missing.size === 0 ? { ...part, ...(deletions.length === 0 ? {} : { deletions }) } : undefined;
}

async function wholePart(
  options: BackupOptions & { id: string; started: Date },
  previous: Previous,
  progress: ProgressCounter,
  copies: PlainCopies | undefined,
): Promise<Part> {
  const { repository, instance, signal } = options;
  const collection = new Collection(progress);
  const encoder = repository.openEncoder();
  try {
    await inRoomyHeap(() => readAll(options, previous, copies, collection, encoder));
  } finally {
    await encoder.close();
  }
  signal.throwIfAborted();
  collection.finishReading();
  await settleDeleted(options, previous, collection);
  const readingDeletions = deletedSince(options, previous.manifest, collection);
  collection.leaveOut(await unusedPreviewFolders(collection.entries, instance.previews), reason('temporary-copy'));
  progress.phase('checking', step(3));
  await putBackMissing(options, previous, collection);
  placeAndName(collection.entries);
  nameAfterOwners(collection.problems, collection.entries);
  if (collection.entries.length === 0 && collection.problems.length > 0) {
    throw nothingRead(collection);
  }
  const resources = collection.sortedEntries();
  const lists = collection.wholeLists();
  const orgs = instance.orgs.map(({ id, name }) => ({ id, name }));
  const kinds = collection.reports();
  const { manifest: before, isSameScheme } = await comparedWith(options, previous);
  const compared = before === undefined ? resources : await comparable(options, before, resources, isSameScheme);
  const status = collection.problems.length === 0 ? 'complete' : 'partial';
  const unselected = options.kinds && KIND_NAMES.filter((kind) => options.kinds?.includes(kind) === false);
  const scope = { ...instance.scope, ...compact({ unselected }) };
  const covered = { status, orgs, scope, kinds, resources } as const;
  const deletions = await readingDeletions;
  return {
    ...covered,
    ...(await compareWithBaseline(options, { ...covered, id: options.id }, before)),
    ...compact({ upgrade: await upgradeOf(options, { ...covered, id: options.id }, before) }),
    sinceFullRead: previous.trusted ? (previous.manifest?.sinceFullRead ?? 0) + 1 : 0,
    changes: countChanges(before ?? { orgs, kinds, resources: [] }, { orgs, kinds, resources: compared }),
    // A service reports a difference, which the order of reading must not be. The count of others comes last.
    errors: collection.problems.toSorted(
      (a, b) => byWriteOrder(a, b) || Number(a.uid === '') - Number(b.uid === '') || (a.uid < b.uid ? -1 : 1),
    ),
    skipped: collection.skipped,
    ...(lists.length === 0 ? {} : { lists }),
    ...(deletions.length === 0 ? {} : { deletions }),
  };
}

/** The entries, under the IDs that they had before if neither another key nor another version of Grafana matters. */
async function comparable(
  { repository, instance, signal }: BackupOptions,
  { resources: earlier, grafana }: Manifest,
  resources: ManifestEntry[],
  isSameScheme: boolean,
): Promise<ManifestEntry[]> {
  const calls = { signal };
  const same = isSameScheme ? resources : await withIdsOf(repository, earlier, resources, calls);
  return grafana.version === instance.capabilities.version
    ? same
    : withIdsBesideDefaults(repository, earlier, same, calls);
}

/** The first error of the repository ends everything that is under way, and is thrown when it has ended. */
async function readAll(
  given: BackupOptions,
  previous: Previous,
  copies: PlainCopies | undefined,
  collection: Collection,
  encoder: Encoder,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([given.signal, failed.signal]);
  const options = { ...given, signal };
  const { instance } = options;
  const wanted = new Set(options.kinds ?? KIND_NAMES);
  const pool = new TaskPool(AT_ONCE, (error) => failed.abort(error));
  const budget = new ByteBudget(LARGE_BYTES);
  const { progress } = collection;
  const changes = new Changes();
  const runs: KindRun[] = [];
  const closed = await closedOrgs(instance, signal);
  for (const org of instance.orgs) {
    const refused = closed.get(org.id);
    const run = {
      clock: options.clock,
      log: options.log,
      signal,
      decryptSecrets: options.repository.encrypted,
      onWait: (what: string | undefined) => collection.progress.waitingFor(what),
    };
    const inOrg = kindContext(instance, org, run);
    const onServer = kindContext(instance, org, run, 'server');
    for (const kind of KINDS) {
      if (!wanted.has(kind.name)) {
        collection.notRead(kind.name, notAskedFor(kind, instance.capabilities));
      } else if (kind.declaration.scope === 'org' && refused !== undefined) {
        collection.fail({ org: org.id, kind: kind.name, uid: '' }, refused);
      } else if (kind.declaration.scope === 'org' || org === instance.orgs[0]) {
        // Resources of server scope are the same seen from every org.
        const context = kind.declaration.scope === 'org' ? inOrg : onServer;
        runs.push({ options, context, kind, previous, copies, collection, changes, pool, budget, encoder });
      }
    }
  }
  const isDependent = ({ kind }: KindRun): boolean => kind.staleAfter !== undefined && kind.owner !== undefined;
  // What changed of the others decides which of the dependent ones have to be read.
  try {
    progress.phase('reading', step(1));
    await forEachConcurrently(
      KINDS_AT_ONCE,
      runs.filter((run) => !isDependent(run)),
      readKind,
    );
    progress.stepTotal();
    await pool.drain();
    const dependent = runs.filter(isDependent);
    progress.phase('permissions', { ...step(2), total: 0 });
    progress.total();
    for (const run of dependent) {
      await expectOwned(run);
    }
    await forEachConcurrently(KINDS_AT_ONCE, dependent, readKind);
    await pool.drain();
  } catch (error) {
    failed.abort(error);
    await pool.drain().catch(() => undefined);
    throw error;
  }
}

/** How many permissions there are to read is known before they are listed: one list for each owner. */
async function expectOwned(run: KindRun): Promise<void> {
  const { kind, context, changes, collection, options } = run;
  // Where that fails, reading the kind says so.
  run.serving = await servingOf(kind, context).catch(() => undefined);
  options.signal.throwIfAborted();
  const owners = run.serving?.served === true ? changes.owners(context.org.id, kind.owner) : undefined;
  collection.progress.expect(kind.name, context.org.id, owners?.length ?? 0);
}

/** Its code and its hint are those of the cause, such as a token that is refused. */
function nothingRead({ problems: [first], firstCause: cause }: Collection): DashkeepError {
  const message = `nothing could be read from Grafana: ${first?.reason}`;
  return cause instanceof DashkeepError
    ? new DashkeepError(cause.code, message, { cause, advice: cause.advice })
    : new DashkeepError('DK_GRAFANA_FAILED', message, { cause });
}
