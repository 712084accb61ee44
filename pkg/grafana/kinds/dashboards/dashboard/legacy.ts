import { ListRoom } from '../../../http/pagination/room.ts';
import { DashkeepError } from '../../../../contract/errors.ts';
import { reason } from '../../../../contract/reasons/catalogue.ts';
import {
  isJsonObject,
  numberAt,
  objectAt,
  RawText,
  stringAt,
  stringifyJson,
  type Json,
  type JsonObject,
} from '../../../../lib/json/json.ts';
import { JsonBytes } from '../../../../lib/json/bytes.ts';
import { GrafanaError, ifFound } from '../../../http/errors.ts';
import { resourceIn } from '../../../http/expected.ts';
import type { KindContext, Listed, Restorable, WriteContext } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { textOf } from '../../text-content.ts';
import { getObjectAt } from './stored.ts';
import { contentOfResponse, contentOfObject, isV2Version, LEAVE_DASHBOARD } from './content.ts';
import { withoutUid } from '../../../../lib/json/patch-text.ts';

/** The largest page that `/api/search` gives; asking for more gives the default of 1000. */
const SEARCH_PAGE = 5000;

/** What `listedOf` looks at. */
const OF_A_HIT = ['uid', 'title', 'folderUid'];

/**
 * All dashboards by `/api/search`. Its pages are offsets, so what is made or deleted meanwhile can shift an entry past
 * us: more than one page is walked twice, and both passes count (what is gone by then is found out on reading).
 */
export async function* listBySearch(context: KindContext): AsyncGenerator<Listed> {
  const seen = new Set<string>();
  const room = new ListRoom('/api/search');
  let pages = 0;
  for (let pass = 1; pass <= (pages > 1 ? 2 : 1); pass++) {
    pages = 0;
    for (let page = 1; ; page++) {
      const hits = await searchPage(context, page);
      if (hits.length === 0) {
        break;
      }
      pages++;
      for (const hit of hits) {
        const uid = stringAt(hit, 'uid') ?? '';
        if (uid !== '' && !seen.has(uid)) {
          seen.add(uid);
          room.take(uid, stringAt(hit, 'title') ?? '');
          yield listedOf(hit, uid);
        }
      }
    }
  }
}

async function searchPage(context: KindContext, page: number): Promise<JsonObject[]> {
  const query = { type: 'dash-db', limit: SEARCH_PAGE, page };
  const answer: Json = await context.grafana.get('/api/search', { query, keep: OF_A_HIT, signal: context.signal });
  if (!Array.isArray(answer)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'GET /api/search: the response is not a list');
  }
  return answer.filter(isJsonObject);
}

function listedOf(hit: JsonObject, uid: string): Listed {
  const folderUid = stringAt(hit, 'folderUid');
  return {
    uid,
    title: stringAt(hit, 'title') ?? uid,
    ...(folderUid === undefined || folderUid === '' ? {} : { folderUid }),
  };
}

/**
 * One dashboard by `GET /api/dashboards/uid/:uid`. Stored as v2, Grafana 12 answers 406 and names the path to use;
 * 13 may put a v2 spec into `dashboard`, seen by `meta.apiVersion`, so the object is read from `/apis` then.
 */
export async function readLegacy(context: KindContext, uid: string): Promise<Content | undefined> {
  const path = `/api/dashboards/uid/${encodeURIComponent(uid)}`;
  let answer: Json | undefined;
  try {
    answer = await ifFound(context.grafana.get(path, { leave: LEAVE_DASHBOARD, signal: context.signal }));
  } catch (error) {
    const other = error instanceof GrafanaError && error.httpStatus === 406 ? objectPath(error) : undefined;
    if (other === undefined) {
      throw error;
    }
    return readObject(context, other, uid);
  }
  if (answer === undefined) {
    return undefined;
  }
  const version = stringAt(answer, 'meta', 'apiVersion');
  if (isV2Version(version)) {
    const name = version?.split('/').at(-1);
    return readObject(
      context,
      `/apis/dashboard.grafana.app/${name}/namespaces/${context.namespace}/dashboards/${encodeURIComponent(uid)}`,
      uid,
    );
  }
  const found = resourceIn(answer, path, 'dashboard');
  const { dashboard } = found;
  // Very old ones do not say it.
  const own = dashboard instanceof JsonBytes ? dashboard.noted('uid') : stringAt(dashboard, 'uid');
  if (typeof own === 'string' && own !== '') {
    resourceIn({ uid: own }, path, 'uid', uid);
  }
  return contentOfResponse(found, uid);
}

function objectPath(error: GrafanaError): string | undefined {
  // oxlint-disable-next-line dashkeep/syntax -- Grafana names the path nowhere else
  return /\/apis\/dashboard\.grafana\.app\/v\w+\/namespaces\/[\w-]+\/dashboards\/[\w%.-]+/.exec(
    error.grafanaMessage,
  )?.[0];
}

/** @throws when it is not there: Grafana has just said that it is, so something between keeps requests from `/apis`. */
async function readObject(context: KindContext, path: string, uid: string): Promise<Content> {
  const object = await getObjectAt(context, path, uid);
  if (object === undefined) {
    throw new DashkeepError(
      'DK_GRAFANA_ANSWER',
      `its stored version is available only at ${path}, which responds with 404`,
      { advice: reason('let-apis-through') },
    );
  }
  return contentOfObject(object);
}

/**
 * Saves a classic dashboard. Never with `overwrite`: before 11 that takes the place of another dashboard with the same
 * title. An update names the version it replaces instead, so a change made meanwhile is refused, not lost.
 */
export async function writeLegacy(context: WriteContext, item: Restorable): Promise<void> {
  const { grafana, signal } = context;
  const version = item.live === undefined ? undefined : await liveVersion(context, item.uid, item.live);
  const folderUid = item.content.folderUid;
  await grafana.post(
    '/api/dashboards/db',
    {
      dashboard: dashboardOf(item, version),
      ...(folderUid === undefined ? {} : { folderUid }),
      message: context.message,
      overwrite: false,
    },
    { signal, ignoreBody: true },
  );
}

function dashboardOf({ uid, content }: Restorable, version: number | undefined): Json {
  const own: JsonObject = { id: null, uid, ...(version === undefined ? {} : { version }) };
  const text = textOf(content);
  const others = text === undefined ? undefined : withoutUid(text, uid)?.text;
  return others === undefined || others === '{}'
    ? { ...objectAt(content.body), ...own }
    : new RawText(`${others.slice(0, -1)},${stringifyJson(own).slice(1)}`);
}

async function liveVersion(context: KindContext, uid: string, live: Content): Promise<number | undefined> {
  // An object of `/apis` names another thing its version.
  if (live.liveVersion !== undefined && live.apiVersion === undefined) {
    return Number(live.liveVersion);
  }
  const path = `/api/dashboards/uid/${encodeURIComponent(uid)}`;
  const answer = await context.grafana.get(path, { signal: context.signal });
  return numberAt(answer, 'dashboard', 'version') ?? numberAt(answer, 'meta', 'version');
}
