import { compact } from '../../contract/compact.ts';
import type { z } from 'zod';
import type {
  ResourcePage,
  ResourcesQuery,
  SnapshotDetail,
  SnapshotRow,
  SnapshotsQuery,
} from '../../contract/api/snapshots.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import { isWholeResource, KIND_NAMES, type NamedRef, type ResourceRef } from '../../contract/kinds.ts';
import { problemCount, type Manifest, type ManifestEntry, type SnapshotSummary } from '../../contract/manifest.ts';
import { storedRule } from '../../engine/rules/stored-rules.ts';
import { notInSnapshotError } from '../../engine/versions/errors.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import { pageOfList } from '../pagination.ts';
import { matchesSearch } from '../text-filter.ts';
import { contentOf, folderAndBelow, folderFinder } from './tree.ts';

/** @returns whether a snapshot passes the filters of a query */
export function matchesSnapshot(
  { id, status, trigger, time, by, hold, note }: SnapshotSummary,
  query: z.output<typeof SnapshotsQuery>,
): boolean {
  return (
    (query.status === undefined || query.status.includes(status)) &&
    (query.trigger === undefined || query.trigger.includes(trigger)) &&
    (query.from === undefined || time >= query.from) &&
    (query.to === undefined || time < query.to) &&
    (query.marked === undefined || query.marked.some((mark) => (mark === 'hold' ? hold : note))) &&
    matchesSearch(query.search, id, by, hold?.note, note?.text)
  );
}

/** @returns a snapshot with its neighbors and counts */
export function detailOf(
  manifest: Manifest,
  row: SnapshotRow,
  beside: { previous?: string; next?: string },
  encrypted: boolean,
): SnapshotDetail {
  const { started, finished, dashkeep, grafana, orgs, errors, skipped, basedOn } = manifest;
  return {
    ...row,
    started,
    finished,
    dashkeep,
    grafana,
    orgs,
    kinds: kindsOf(manifest),
    ...compact({ basedOn }),
    errors,
    skipped,
    problems: problemCount(errors),
    content: contentOf(manifest),
    ...beside,
    encrypted,
  };
}

/** Where the deployment excludes what only a server admin can read, such an account would change nothing. */
function kindsOf({ kinds, scope }: Manifest): Manifest['kinds'] {
  if (scope?.serverKinds !== false) {
    return kinds;
  }
  const needsAdmin: ReasonCode = 'needs-server-admin';
  return Object.fromEntries(
    Object.entries(kinds).map(([name, report]) => [
      name,
      report.code === needsAdmin ? { ...report, ...because(reason('server-kinds-off')) } : report,
    ]),
  );
}

const keyOf = (entry: ResourceRef): string => `${entry.org}/${entry.kind}/${entry.uid}`;

/** @returns a page of the resources of a snapshot that pass the filters */
export function resourcesOf(manifest: Manifest, query: z.output<typeof ResourcesQuery>): ResourcePage {
  const under = query.under === undefined ? undefined : folderAndBelow(manifest, query.org, query.under);
  const find = folderFinder(manifest);
  const found = manifest.resources.filter(
    (entry) =>
      (query.org === undefined || entry.org === query.org) &&
      (query.kind === undefined || query.kind.includes(entry.kind)) &&
      (query.folder === undefined || (entry.folderUid ?? '') === query.folder) &&
      (under === undefined || under.has(find(entry) ?? '') || (entry.kind === 'folder' && under.has(entry.uid))) &&
      matchesSearch(query.search, entry.title, entry.uid, entry.folder),
  );
  if (query.sort === 'title') {
    found.sort((a, b) => a.title.localeCompare(b.title) || (keyOf(a) < keyOf(b) ? -1 : 1));
  } else if (query.sort === 'size') {
    found.sort((a, b) => b.bytes - a.bytes || (keyOf(a) < keyOf(b) ? -1 : 1));
  } else {
    found.sort(
      (a, b) =>
        a.org - b.org ||
        KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind) ||
        a.folder.localeCompare(b.folder) ||
        a.title.localeCompare(b.title) ||
        (a.uid < b.uid ? -1 : 1),
    );
  }
  return pageOfList(found, keyOf, query);
}

/** @throws DK_NOT_FOUND */
function entryOf(manifest: Manifest, ref: ResourceRef): ManifestEntry {
  const entry = findEntry(manifest, ref);
  if (entry === undefined) {
    throw new DashkeepError(
      'DK_NOT_FOUND',
      `snapshot ${manifest.id} contains no ${ref.kind} ${ref.uid.slice(0, 80)} in org ${ref.org}`,
    );
  }
  return entry;
}

/**
 * The stored JSON of a resource, or of one alert rule, with the entry that holds it. `content` is what the entry would
 * hold if it held nothing else.
 * @throws DK_NOT_FOUND
 */
export async function storedText(
  manifest: Manifest,
  ref: NamedRef,
  read: (entry: ManifestEntry) => Promise<string>,
): Promise<{ entry: ManifestEntry; text: string; content: string; rule?: { uid: string; title: string } }> {
  if (isWholeResource(ref)) {
    const entry = entryOf(manifest, ref);
    const text = await read(entry);
    return { entry, text, content: text };
  }
  const found = await storedRule(manifest, ref, read);
  if (found === undefined) {
    throw notInSnapshotError(manifest, ref);
  }
  const { group, body, uid, title } = found;
  return { entry: group, text: canonicalJson(body), content: canonicalJson({ rules: [body] }), rule: { uid, title } };
}

/** @returns the entry of a resource; undefined if the snapshot does not contain it */
export function findEntry(manifest: Manifest, { org, kind, uid }: ResourceRef): ManifestEntry | undefined {
  return manifest.resources.find((entry) => entry.org === org && entry.kind === kind && entry.uid === uid);
}
