import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import {
  canonicalJson,
  isJsonObject,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { GrafanaError, ifFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { listAt } from '../../http/pagination/lists.ts';
import { eachNumbered } from '../../http/pagination/numbered.ts';
import { servedWhole } from '../../rights.ts';
import { dashboardReferences, renameInDashboard } from './dashboard/references.ts';
import type { Forecast, Kind, KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { isPartlyMoved } from '../parts.ts';

const PATH = '/api/library-elements';

/** 1 is a panel; 2, a variable, never left its experiment and is gone from 13. */
const PANEL = 1;
const PAGE = 100;

/**
 * Library panels, written before the dashboards that use them: a dashboard saved first would make them with empty
 * models (grafana#97739). The list carries the models. The body is `{uid, name, kind, model}`; the rights are called
 * `library.panels:read|create|write|delete` on folders (libraryelements/accesscontrol.go).
 */
export const libraryPanel: Kind = {
  name: 'library-panel',
  declaration: {
    plural: 'Library panels',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['numeric ID', 'author and dates', 'version'],
    minimumVersion: '10.4',
    rights: ['library.panels:read on folders:*'],
  },
  dependsOn: ['folder', 'data-source'],
  writes: 'serial',
  inFolders: true,
  uidIsMadeUp: true,
  largeBodies: true,
  manyReferences: true,
  shared: true,
  deletable: true,

  /** The list leaves out those in folders that the account may not see. */
  serves: (context) => servedWhole(context, 'folders:read', 'folders'),

  async *list(context) {
    for await (const element of elements(context)) {
      yield listedOf(element);
    }
  },

  async read(context, listed) {
    const element = await readElement(context, listed.uid);
    return element === undefined ? undefined : libraryPanelContent(element);
  },

  references(content) {
    const own = stringAt(content.body, 'uid');
    return dashboardReferences(content).filter(({ kind, uid }) => kind !== 'library-panel' || uid !== own);
  },

  rename: renameInDashboard,

  copy(content, uid) {
    return { ...content, body: { ...objectAt(content.body), uid } };
  },

  retitle(content, title) {
    return { ...content, title, body: { ...objectAt(content.body), name: title } };
  },

  moveTo(content, folderUid) {
    return { ...content, folderUid };
  },

  /** One that is moved to the root may be deleted and created again. */
  isBetween(live, before, after) {
    const isMoved = before.folderUid !== undefined && after.folderUid === undefined;
    return live === undefined ? isMoved : isPartlyMoved(live, before, after);
  },

  forecast,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(`${PATH}/${encodeURIComponent(uid)}`, { signal: context.signal }));
  },
};

function elements(context: KindContext): AsyncGenerator<JsonObject> {
  return eachNumbered(
    context.grafana,
    {
      path: PATH,
      query: { kind: PANEL, sortDirection: 'alpha-asc' },
      size: PAGE,
      sizeName: 'perPage',
      items: (answer) => listAt(answer, 'result', 'elements'),
      total: (answer) => numberAt(answer, 'result', 'totalCount'),
      key: (element) => stringAt(element, 'uid') ?? '',
      outlineOf,
    },
    context.signal,
  );
}

/**
 * An element whose model is too large for a list: Grafana writes what it is called before it. Of a long name, the
 * beginning: it may be longer than what is known of the answer.
 */
function outlineOf(head: string): JsonObject | undefined {
  const [, folderUid = '', uid, name] =
    /"folderUid":"([^"\\]*)","uid":"([\w-]+)","name":"((?:[^"\\]|\\u[\da-fA-F]{4}|\\[^u]){0,400})/.exec(head) ?? [];
  return uid === undefined || name === undefined ? undefined : { folderUid, uid, name: parseJson(`"${name}"`) };
}

/** Grafana fails over a single one if a folder above its own is missing, and lists it. */
async function readElement(context: KindContext, uid: string): Promise<JsonObject | undefined> {
  const path = `${PATH}/${encodeURIComponent(uid)}`;
  try {
    const answer = await ifFound(context.grafana.get(path, { signal: context.signal }));
    return answer === undefined ? undefined : resourceIn(objectAt(answer, 'result'), path, 'uid', uid);
  } catch (error) {
    const isFailed = error instanceof GrafanaError && error.httpStatus === 500;
    const found = isFailed ? await listedElement(context, uid) : undefined;
    if (found === undefined) {
      throw error;
    }
    return found;
  }
}

/** One whose model the list holds. */
async function listedElement(context: KindContext, uid: string): Promise<JsonObject | undefined> {
  for await (const element of elements(context)) {
    if (stringAt(element, 'uid') === uid && objectAt(element, 'model') !== undefined) {
      return element;
    }
  }
  return undefined;
}

function listedOf(element: JsonObject): Listed {
  const content = libraryPanelContent(element);
  if (objectAt(element, 'model') === undefined) {
    return compact({ uid: stringAt(element, 'uid') ?? '', title: content.title, folderUid: content.folderUid });
  }
  const revision = [numberAt(element, 'id'), numberAt(element, 'version'), stringAt(element, 'meta', 'updated')].join(
    '/',
  );
  return {
    uid: stringAt(element, 'uid') ?? '',
    title: content.title,
    ...(content.folderUid === undefined ? {} : { folderUid: content.folderUid }),
    revision,
    content,
  };
}

/** What the API returns of a library panel, as content. */
export function libraryPanelContent(element: JsonObject): Content {
  const uid = stringAt(element, 'uid') ?? '';
  const name = stringAt(element, 'name') ?? uid;
  const folderUid = stringAt(element, 'folderUid') ?? '';
  return {
    body: { uid, name, kind: PANEL, model: objectAt(element, 'model') ?? {} },
    title: name,
    ...(folderUid === '' || folderUid === 'general' ? {} : { folderUid }),
    facts: factsOf(element),
  };
}

function factsOf(element: JsonObject): Record<string, string | number> {
  const version = numberAt(element, 'version');
  const updated = stringAt(element, 'meta', 'updated');
  return { ...(version === undefined ? {} : { version }), ...(updated === undefined ? {} : { updated }) };
}

/** Names are unique within a folder. */
async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const live = await context.memo('live-library-panels', () => livePanels(context));
  const twin = live.find(
    ({ uid, title, folderUid }) =>
      uid !== item.uid && title === item.content.title && folderUid === item.content.folderUid,
  );
  return twin === undefined ? { losses: [] } : { losses: [], blocked: reason('panel-twin', { uid: twin.uid }) };
}

async function livePanels(context: KindContext): Promise<Listed[]> {
  const live: Listed[] = [];
  for await (const element of elements(context)) {
    const { content: _, ...listed } = listedOf(element);
    live.push(listed);
  }
  return live;
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const wanted: JsonObject = {
    name: stringAt(item.content.body, 'name') ?? item.uid,
    kind: PANEL,
    model: objectAt(item.content.body, 'model') ?? {},
    folderUid: item.content.folderUid ?? '',
  };
  if (item.live === undefined) {
    await grafana.post(PATH, { ...wanted, uid: item.uid }, { signal });
  } else {
    await update(context, item.uid, wanted);
  }
  if (!(await holds(context, item.uid, wanted))) {
    // Creating has been seen to leave an empty model behind; an update fills it.
    await update(context, item.uid, wanted);
    if (!(await holds(context, item.uid, wanted))) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `library panel ${item.uid}: Grafana stored a different model`);
    }
  }
  if (item.live?.folderUid !== undefined && item.content.folderUid === undefined) {
    await moveToRoot(context, item.uid, wanted);
  }
  return { uid: item.uid, losses: [] };
}

/**
 * An update leaves a panel where it is when it is to be at the root: Grafana answers as if it had been moved, and does
 * not give its database the empty folder (libraryelements/database.go). One that no dashboard uses is created again.
 * @throws DK_GRAFANA_REFUSED when a dashboard uses it
 */
async function moveToRoot(context: WriteContext, uid: string, wanted: JsonObject): Promise<void> {
  const { grafana, signal } = context;
  const now = await readElement(context, uid);
  if (now === undefined || libraryPanelContent(now).folderUid === undefined) {
    return;
  }
  try {
    await grafana.delete(`${PATH}/${encodeURIComponent(uid)}`, { signal });
  } catch (cause) {
    const isUsed = cause instanceof GrafanaError && [400, 403].includes(cause.httpStatus);
    throw isUsed ? refusal('DK_GRAFANA_REFUSED', reason('panel-stays-in-folder'), { cause }) : cause;
  }
  await grafana.post(PATH, { ...wanted, uid }, { signal });
}

async function update(context: WriteContext, uid: string, wanted: JsonObject): Promise<void> {
  const version = numberAt(await readElement(context, uid), 'version');
  await context.grafana.patch(
    `${PATH}/${encodeURIComponent(uid)}`,
    { ...wanted, ...(version === undefined ? {} : { version }) },
    { signal: context.signal },
  );
}

/** Whether what is stored has every member of the model given; Grafana adds its own title and description. */
async function holds(context: WriteContext, uid: string, wanted: JsonObject): Promise<boolean> {
  const stored = objectAt(await readElement(context, uid), 'model') ?? {};
  const model = wanted['model'];
  const synced = ['title', 'description', 'type', 'libraryPanel'];
  return Object.entries(isJsonObject(model) ? model : {}).every(
    ([name, value]) => synced.includes(name) || sameJson(stored[name], value),
  );
}

function sameJson(a: Json | undefined, b: Json): boolean {
  return a !== undefined && canonicalJson(a) === canonicalJson(b);
}
