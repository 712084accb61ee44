import { compact } from '../../contract/compact.ts';
import { stringifyJson } from '../../lib/json/json.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { because, refusal } from '../../contract/reasons/reason.ts';
import type { ByteReservation } from '../../grafana/http/byte-budget.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import type { KindContext, Listed } from '../../grafana/kinds/kind.ts';
import type { ListState } from '../../grafana/kinds/list-state.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { isPreview } from '../../grafana/previews.ts';
import { canonicalOf, formOf, releaseForm } from '../../grafana/kinds/text-content.ts';
import { withReservation } from './large-bodies.ts';
import { servingOf } from '../served-kinds.ts';
import { Changes } from './changes.ts';
import { entriesOf, knownOf } from './previous.ts';
import { shortText } from '../../lib/short-text.ts';
import { isNameTooLong, withShortTexts } from './short-texts.ts';
import { isOwnerSame, isRecreated, lastCompleteOf, takenOver } from './carried-over.ts';
import type { KindRun } from './kind-run.ts';

/**
 * Reads one kind in one org into the repository. Whatever goes wrong with Grafana is put down, resource by resource;
 * only the run's signal, which a failing repository aborts too, ends it.
 */
export async function readKind(run: KindRun): Promise<void> {
  const { context, kind, collection, changes, pool } = run;
  const { signal } = run.options;
  const whole = { org: context.org.id, kind: kind.name, uid: '' };
  const before = entriesOf(run.previous.manifest, context.org.id, kind.name);
  const owners = changes.owners(context.org.id, kind.owner);
  const known = {
    ...knownOf(run.previous, context.org.id, kind.name, before),
    ...compact({ owners, lastComplete: lastCompleteOf(run, before) }),
  };
  const concern = Changes.concern(kind.name);
  const all: Listed[] = [];
  // The same error for all of them: what fails alike is put down once, with its count.
  const nameTooLong = refusal('DK_GRAFANA_TOO_LARGE', reason('name-too-long'));
  const unlisted = new Map(kind.confirmDeleted === true ? before : []);
  collection.report(kind.name);
  try {
    const serving = run.serving ?? (await servingOf(kind, context));
    if (!serving.served) {
      collection.notRead(kind.name, serving.reason);
      return;
    }
    if (serving.lacking !== undefined) {
      collection.fail(whole, serving.lacking);
    } else if (wasHidden(run)) {
      await rightsSpread(context);
    }
    const begin = ({ version, lastWrite }: ListState): void =>
      collection.began(compact({ org: context.org.id, kind: kind.name, resourceVersion: version, lastWrite }));
    const seen = new Set<string>();
    for await (const listed of kind.list(context, known, begin)) {
      signal.throwIfAborted();
      // A proxy or an unstable page can repeat an item.
      if (seen.size === seen.add(listed.uid).size) {
        continue;
      }
      collection.listed(kind.name, context.org.id);
      if (isNameTooLong(listed)) {
        collection.fail({ ...whole, uid: shortText(listed.uid), title: shortText(listed.title) }, nameTooLong);
        continue;
      }
      unlisted.delete(listed.uid);
      if (await isPreview(context, kind, listed)) {
        const { uid } = listed;
        const title = shortText(listed.title);
        collection.skip({ org: context.org.id, kind: kind.name, uid, title, ...because(reason('temporary-copy')) });
        continue;
      }
      const same = before.get(listed.uid);
      const { content, ...rest } = listed;
      if (concern) {
        all.push(rest);
      }
      const unread = takenOver(run, listed, same);
      if (unread !== undefined) {
        collection.keepUnread(unread);
        continue;
      }
      const proves = kind.staleAfter === undefined && listed.revision !== undefined;
      const unchanged = proves && known.revision(listed.uid) === listed.revision;
      if (same !== undefined && unchanged && hasCopy(run, same)) {
        collection.keep(same);
        continue;
      }
      await run.budget.room();
      await pool.add(() => storeWithin(run, rest, content, same));
    }
    if (concern) {
      changes.listed(context.org.id, kind.name, all, before.keys());
    }
    for (const entry of unlisted.values()) {
      signal.throwIfAborted();
      await run.budget.room();
      await pool.add(() => storeUnlisted(run, entry));
    }
  } catch (error) {
    signal.throwIfAborted();
    collection.fail(whole, error);
  }
}

/** For how long Grafana goes on listing by rights that have changed (cacheTTL in pkg/services/accesscontrol/acimpl). */
const RIGHTS_SPREAD_MS = 65_000;

/** Whether Grafana hid something of the kind from the account when the last snapshot was taken. */
function wasHidden({ previous, context, kind }: KindRun): boolean {
  const errors = previous.manifest?.errors ?? [];
  const hides = 'list-hides' satisfies ReasonCode;
  return errors.some((one) => one.org === context.org.id && one.kind === kind.name && one.code === hides);
}

/** Waits until lists show what new rights allow, once in an organization. */
function rightsSpread({ org, clock, log, signal, memo, onWait }: KindContext): Promise<void> {
  return memo('rights-spread', async () => {
    const waitingFor = `waiting for Grafana to list what new permissions allow in organization '${org.name}'`;
    log.info({ org: org.id }, waitingFor);
    onWait?.(waitingFor);
    await clock.sleep(RIGHTS_SPREAD_MS, signal).finally(() => onWait?.(undefined));
  });
}

async function storeWithin(
  run: KindRun,
  listed: Listed,
  content: Content | undefined,
  before: ManifestEntry | undefined,
): Promise<void> {
  const share = run.budget.open();
  try {
    await store(run, listed, content, before, share);
  } finally {
    share.close();
  }
}

/** What the last snapshot had and the list lacks: it is stored if it is there all the same. */
async function storeUnlisted(run: KindRun, before: ManifestEntry): Promise<void> {
  const { uid, title } = before;
  const share = run.budget.open();
  try {
    const content = await readUnlisted(run, { uid, title }, share);
    if (content !== undefined) {
      const { folderUid } = content;
      run.collection.listed(run.kind.name, run.context.org.id);
      run.changes.found(run.context.org.id, run.kind.name, compact({ uid, title, folderUid }));
      await store(run, { uid, title }, content, before, share);
    }
  } finally {
    share.close();
  }
}

async function readUnlisted(run: KindRun, listed: Listed, share: ByteReservation): Promise<Content | undefined> {
  const { context, kind, collection, options } = run;
  try {
    return await kind.read(withReservation(kind, context, share), listed);
  } catch (error) {
    options.signal.throwIfAborted();
    // To tokens without a right to all dashboards Grafana says this of those that are gone, too.
    if (!isForbidden(error)) {
      collection.fail({ org: context.org.id, kind: kind.name, uid: listed.uid, title: listed.title }, error);
    }
    return undefined;
  }
}

/** @param before the resource in the last snapshot */
async function store(
  run: KindRun,
  listed: Listed,
  fromListing: Content | undefined,
  before: ManifestEntry | undefined,
  share: ByteReservation,
): Promise<void> {
  const { options, context, kind, collection, changes } = run;
  const ref = { org: context.org.id, kind: kind.name, uid: listed.uid, title: shortText(listed.title) };
  let content: Content | undefined;
  let body: Body;
  try {
    content = fromListing ?? (await kind.read(withReservation(kind, context, share), listed));
    if (content === undefined) {
      changes.gone(ref.org, ref.kind, ref.uid);
      collection.gone.push(kind.owner === undefined ? ref : { ...ref, isOwnerSame: isOwnerSame(run, ref.uid) });
      return;
    }
    body = await bodyOf(run, content, before?.object);
  } catch (error) {
    options.signal.throwIfAborted();
    collection.fail(ref, error);
    return;
  }
  await share.received(body.bytes);
  const entry = entryOf({ org: run.context.org.id, kind: kind.name }, listed, content, body);
  if (entry.object !== before?.object || entry.folderUid !== before.folderUid || isRecreated(before, entry)) {
    changes.changed(entry.org, entry.kind, entry.uid, kind.owner === undefined ? entry.folderUid : undefined);
    if (kind.name === 'annotation') {
      kind.references(content).forEach((one) => changes.changed(entry.org, one.kind, one.uid));
    }
  }
  const { written } = await body.put();
  if (!hasCopy(run, entry) && content.plain !== undefined) {
    const text = stringifyJson(content.plain);
    await run.copies?.write(entry.org, entry.uid, copyOrigin(entry), text, { signal: options.signal });
  }
  releaseForm(content);
  collection.add(entry, written ? 'stored' : 'reused');
}

/** A body that is ready to be stored. */
interface Body {
  id: string;
  bytes: number;
  put(): Promise<{ written: boolean }>;
}

async function bodyOf(run: KindRun, content: Content, before: string | undefined): Promise<Body> {
  const { repository, signal } = run.options;
  const form = formOf(content);
  const encoded = form === undefined ? undefined : await run.encoder.encode(form, before);
  if (encoded !== undefined) {
    const { id, bytes } = encoded;
    return { id, bytes, put: () => repository.putPressed(encoded, () => canonicalOf(content), { signal }) };
  }
  const canonical = canonicalOf(content);
  const id = repository.objectId(canonical);
  return { id, bytes: canonical.length, put: () => repository.putObject(id, canonical, { signal }) };
}

/** Whether there is nothing to do for the resource's plain copy. */
function hasCopy(run: KindRun, entry: ManifestEntry): boolean {
  return (
    entry.kind !== 'dashboard' || run.copies === undefined || run.copies.has(entry.org, entry.uid, copyOrigin(entry))
  );
}

function copyOrigin(entry: ManifestEntry): string {
  return `${entry.object} ${entry.folderUid ?? ''}`;
}

/** The entry of a resource whose body is, or will be, that object. */
export function entryOf(
  { org, kind }: Pick<ManifestEntry, 'org' | 'kind'>,
  listed: Listed,
  content: Content,
  { id, bytes }: Pick<Body, 'id' | 'bytes'>,
): ManifestEntry {
  const { folderUid, apiVersion, provenance, managedBy, facts } = content;
  return withShortTexts({
    org,
    kind,
    uid: listed.uid,
    title: content.title,
    folder: '',
    ...compact({ folderUid, apiVersion }),
    object: id,
    bytes,
    ...compact({ revision: listed.revision }),
    ...(provenance === undefined || provenance === '' ? {} : { provenance }),
    ...compact({ managedBy }),
    ...(facts === undefined || Object.keys(facts).length === 0 ? {} : { facts }),
  });
}
