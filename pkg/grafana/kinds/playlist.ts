import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../contract/json.ts';
import { apisPath, createOrReplace, factsOf, managerOf, nameOf, revisionOf } from '../apis.ts';
import { listPages } from '../pages.ts';
import { servedVersions } from '../capabilities.ts';
import { ifFound } from '../errors.ts';
import { listWithRoom } from '../lists.ts';
import { without } from '../natural-key.ts';
import type { Content, Forecast, Kind, KindContext, Listed, Restorable, WriteContext, Written } from './kind.ts';

const GROUP = 'playlist.grafana.app';
/** Preferred first; both have the same spec. */
const VERSIONS = ['v1', 'v0alpha1'];
const PATH = '/api/playlists';
const PAGE = 500;
const BY_UID = 'dashboard_by_uid';

/**
 * Playlists. Through `/apis` (12 and later) they keep their uid; the legacy API makes up a new one, so before creating
 * there a playlist of the same name and content is looked for and taken as the one. The body is
 * `{uid, title, interval, items: [{type, value}]}` whichever API it came through; the legacy list has a limit and no pages.
 */
export const playlist: Kind = {
  name: 'playlist',
  declaration: {
    plural: 'Playlists',
    scope: 'org',
    restored: 'yes',
    identity: 'kept from 12 on; a new uid below',
    lost: ['uid below Grafana 12'],
    minimumVersion: '10.4',
    rights: ['playlists:read'],
  },
  dependsOn: ['dashboard'],
  writes: 'serial',

  async serves() {
    return { served: true };
  },

  list(context) {
    const version = usableVersion(context);
    return version === undefined ? listLegacy(context) : listApis(context, version);
  },

  async read(context, listed) {
    const version = usableVersion(context);
    if (version === undefined) {
      return readLegacy(context, listed.uid);
    }
    const path = `${apisPath(GROUP, version, context.namespace, 'playlists')}/${encodeURIComponent(listed.uid)}`;
    const object = await ifFound(context.grafana.get(path, { signal: context.signal }));
    return object === undefined ? undefined : contentOfObject(object);
  },

  references(content) {
    return itemsOf(content.body)
      .filter((item) => item['type'] === BY_UID)
      .map((item) => ({ kind: 'dashboard', uid: stringAt(item, 'value') ?? '' }));
  },

  rename(content, renamed) {
    const items = itemsOf(content.body).map((item) =>
      item['type'] === BY_UID
        ? { ...item, value: renamed({ kind: 'dashboard', uid: stringAt(item, 'value') ?? '' }) }
        : item,
    );
    return { ...content, body: { ...objectAt(content.body), items } };
  },

  copy(content, uid) {
    return { ...content, body: { ...objectAt(content.body), uid } };
  },

  forecast,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(`${PATH}/${encodeURIComponent(uid)}`, { signal: context.signal }));
  },

  comparable: (body) => without(objectAt(body) ?? {}, ['uid']),
};

function usableVersion(context: KindContext): string | undefined {
  const served = servedVersions(context.capabilities, GROUP);
  return VERSIONS.find((version) => served.includes(version));
}

function itemsOf(body: Json): JsonObject[] {
  return (arrayAt(body, 'items') ?? []).filter(isJsonObject);
}

async function* listApis(context: KindContext, version: string): AsyncGenerator<Listed> {
  const path = apisPath(GROUP, version, context.namespace, 'playlists');
  for await (const { items } of listPages(context.grafana, path, { limit: PAGE, signal: context.signal })) {
    for (const object of items) {
      const content = contentOfObject(object);
      const revision = revisionOf(object);
      yield { uid: nameOf(object), title: content.title, ...(revision === undefined ? {} : { revision }), content };
    }
  }
}

function contentOfObject(object: Json): Content {
  const managedBy = managerOf(object);
  const spec = objectAt(object, 'spec') ?? {};
  return {
    ...contentOf(nameOf(object), stringAt(spec, 'title') ?? '', spec),
    facts: factsOf(object),
    ...(managedBy === undefined ? {} : { managedBy }),
  };
}

function contentOf(uid: string, title: string, source: JsonObject): Content {
  const items = itemsOf(source).map((item) => without(item, ['id', 'playlistId', 'playlistid', 'order', 'title']));
  return { body: { uid, title, interval: stringAt(source, 'interval') ?? '', items }, title };
}

async function* listLegacy(context: KindContext): AsyncGenerator<Listed> {
  for (const item of await listWithRoom(context.grafana, PATH, {}, context.signal)) {
    const uid = stringAt(item, 'uid') ?? '';
    yield { uid, title: stringAt(item, 'name') ?? uid };
  }
}

async function readLegacy(context: KindContext, uid: string): Promise<Content | undefined> {
  const path = `${PATH}/${encodeURIComponent(uid)}`;
  const { grafana, signal } = context;
  const found = await ifFound(grafana.get(path, { signal }));
  if (!isJsonObject(found)) {
    return undefined;
  }
  const items = arrayAt(found, 'items') ?? (await ifFound(grafana.get(`${path}/items`, { signal })));
  return contentOf(uid, stringAt(found, 'name') ?? uid, { ...found, items: items ?? [] });
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  if (item.live !== undefined || usableVersion(context) !== undefined) {
    return { losses: [] };
  }
  const twin = await findTwin(context, item.content);
  return {
    losses: [
      twin === undefined
        ? 'uid: this Grafana makes up a new one for playlists'
        : `uid: the playlist of the same content that is here already, ${twin}, is taken for it`,
    ],
  };
}

/** The live playlist with the same name and content under another uid. */
async function findTwin(context: KindContext, content: Content): Promise<string | undefined> {
  const wanted = canonicalJson(without(objectAt(content.body) ?? {}, ['uid']));
  for await (const { uid, title } of listLegacy(context)) {
    const live = title === content.title ? await readLegacy(context, uid) : undefined;
    if (live !== undefined && canonicalJson(without(objectAt(live.body) ?? {}, ['uid'])) === wanted) {
      return uid;
    }
  }
  return undefined;
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const body = objectAt(item.content.body) ?? {};
  const spec = without(body, ['uid']);
  const version = usableVersion(context);
  if (version !== undefined) {
    const object = { apiVersion: `${GROUP}/${version}`, kind: 'Playlist', metadata: { name: item.uid }, spec };
    const path = apisPath(GROUP, version, context.namespace, 'playlists');
    await createOrReplace(grafana, path, object, item.live !== undefined, signal);
    return { uid: item.uid, losses: [] };
  }
  const words = { ...without(spec, ['title']), name: spec['title'] ?? '' };
  if (item.live !== undefined) {
    await grafana.put(`${PATH}/${encodeURIComponent(item.uid)}`, words, { signal });
    return { uid: item.uid, losses: [] };
  }
  const twin = await findTwin(context, item.content);
  const uid = twin ?? stringAt(await grafana.post(PATH, words, { signal }), 'uid') ?? item.uid;
  return { uid, losses: [`uid: it is ${uid} here`] };
}
