import { append } from '../../../../lib/append.ts';
import { valueIf } from '../../../../lib/expected-errors.ts';
import { isJsonObject, numberAt, stringAt, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import { nameOf, resourceVersionOf, revisionOf } from '../../../apis.ts';
import { isGrafanaError } from '../../../http/errors.ts';
import { listAt } from '../../../http/pagination/lists.ts';
import { METADATA_ONLY, provingVersion } from '../../../http/pagination/pages.ts';
import { isGrantedEverywhere } from '../../../rights.ts';
import type { KindContext, Known, Listed } from '../../kind.ts';
import type { BeginList } from '../../list-state.ts';
import { listedOf } from './listed.ts';

/**
 * Every write since a version, oldest first, deletions among them. Grafana wants the name of one object for a history
 * and takes an empty one as all of them (12.4: toListRequest in pkg/storage/unified/apistore/util.go). Nothing says
 * that it will stay so: see `changesSince` for how an answer proves itself.
 */
const HISTORY = { labelSelector: 'grafana.app/get-history=true', fieldSelector: 'metadata.name=' };

/** In each page; Grafana cuts a page by bytes, too. */
const PAGE = 500;

/** Of a deletion (DeletedGeneration in pkg/apimachinery/utils/meta.go). */
const DELETED_GENERATION = -999;

/**
 * Grafana may remove the history of what was deleted: dashboards a year later by default, and not below a day by a
 * usual setting (garbage_collection_max_age).
 */
const TRUSTED_FOR_MICROSECONDS = 24 * 3_600 * 1e6;

/** With more writes, and with more than this part of all resources, a list costs Grafana no more than its history. */
const MANY = { writes: 50, part: 0.5 };

/**
 * What a list would show now, made of what the last snapshot's list held and of what was written since: one request if
 * nothing was, three if little was.
 * @param path - of the list
 * @param begin - gets the state of this list
 * @returns undefined where only a list can tell
 */
export async function listSince(
  context: KindContext,
  path: string,
  whole: NonNullable<Known['whole']>,
  begin: BeginList | undefined,
): Promise<readonly Listed[] | undefined> {
  const { grafana, signal } = context;
  const first = await grafana.get(path, { query: { limit: 1 }, accept: METADATA_ONLY, first: true, signal });
  const version = provingVersion(first);
  if (version === whole.version) {
    begin?.(whole);
    return whole.resources;
  }
  const { lastWrite } = whole;
  const age = Number(version ?? Number.NaN) - Number(whole.version);
  const isRecent = age > 0 && age < TRUSTED_FOR_MICROSECONDS;
  // To those who do not see everything, what is hidden would seem not to have been written.
  if (lastWrite === undefined || !isRecent || !(await seesEverything(context))) {
    return undefined;
  }
  const most = Math.max(MANY.writes, whole.resources.length * MANY.part);
  const changes = await changesSince(context, path, lastWrite, most);
  if (changes === undefined) {
    return undefined;
  }
  begin?.({ version: changes.version, lastWrite: lastOf(changes.objects) ?? lastWrite });
  const listed = new Map(whole.resources.map((one) => [one.uid, one]));
  for (const object of changes.objects) {
    if (numberAt(object, 'metadata', 'generation') === DELETED_GENERATION) {
      listed.delete(nameOf(object));
    } else {
      listed.set(nameOf(object), listedOf(object));
    }
  }
  return [...listed.values()];
}

/** Whether lists show the account every dashboard, now and wherever it is moved. */
export function seesEverything(context: KindContext): Promise<boolean> {
  return isGrantedEverywhere(context, 'dashboards:read', ['dashboards', 'folders']);
}

/**
 * The last write before a list began, deletions among them. In a database that was put back since, that write is not
 * there, although everything that the list shows may be.
 * @param list - its version, and the revision of what was written last before it began, of all that it shows
 */
export async function lastWriteBefore(
  context: KindContext,
  path: string,
  { version, newest }: { version: string; newest: string },
): Promise<string | undefined> {
  if (newest === '') {
    return undefined;
  }
  const changes = await changesSince(context, path, newest, MANY.writes);
  return changes && (lastOf(changes.objects.filter((one) => (resourceVersionOf(one) ?? '') <= version)) ?? newest);
}

function lastOf(objects: readonly JsonObject[]): string | undefined {
  const last = objects.at(-1);
  return last && revisionOf(last);
}

/**
 * All that was written after one write. The history is asked for from that write on, and from the last one of each
 * page: an answer that does not begin with it, or is not in order, is not the history of everything, and nothing is
 * concluded from it. Grafana's own token for the next page is of no use: with it, it leaves out what was written before
 * the last deletion (getHistory in pkg/storage/unified/sql/backend.go).
 */
async function changesSince(
  { grafana, signal }: KindContext,
  path: string,
  since: string,
  most: number,
): Promise<{ version: string; objects: JsonObject[] } | undefined> {
  const objects: JsonObject[] = [];
  let begun: string | undefined;
  let from = since;
  for (;;) {
    const query = { ...HISTORY, resourceVersion: versionIn(from), resourceVersionMatch: 'NotOlderThan', limit: PAGE };
    const page: Json = await grafana
      .get(path, { query, accept: METADATA_ONLY, list: true, first: true, signal })
      .catch(valueIf(isGrafanaError, null));
    const [proof, ...written] = (listAt(page, 'items') ?? []).filter(isJsonObject);
    begun ??= provingVersion(page);
    if (begun === undefined || proof === undefined || revisionOf(proof) !== from) {
      return undefined;
    }
    if (!isAscending([proof, ...written])) {
      return undefined;
    }
    append(objects, written);
    const last = lastOf(written);
    if ((stringAt(page, 'metadata', 'continue') ?? '') === '') {
      return { version: begun, objects };
    }
    if (last === undefined || objects.length > most) {
      return undefined;
    }
    from = last;
  }
}

function isAscending(objects: readonly JsonObject[]): boolean {
  const versions = objects.map((object) => resourceVersionOf(object) ?? '');
  return versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? ''));
}

/** The resource version in a revision (`revisionOf`). */
export function versionIn(revision: string): string {
  return revision.split('/')[1] ?? '';
}
