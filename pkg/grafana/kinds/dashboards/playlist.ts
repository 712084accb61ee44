import { compact } from '../../../contract/compact.ts';
import { objectAt, stringAt, type Json, without } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { apisPath, createOrReplace, factsOf, managerOf, nameOf, revisionOf } from '../../apis.ts';
import { listPages } from '../../http/pagination/pages.ts';
import { servedVersions } from '../../capabilities.ts';
import { ifFound } from '../../http/errors.ts';
import type { KindDefinition } from '../definition.ts';
import type { Forecast, KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { contentOf, itemsOf } from './playlist/content.ts';
import { findCounterparts, legacyBody, listLegacy, PATH, readLegacy } from './playlist/legacy.ts';

const GROUP = 'playlist.grafana.app';

/** Preferred first; both have the same spec. */
const VERSIONS = ['v1', 'v0alpha1'];
const PAGE = 500;
const BY_UID = 'dashboard_by_uid';

/**
 * Playlists. Through `/apis` (12 and later) they keep their uid; the legacy API makes up a new one, so there they are
 * found again by name and content.
 */
export const playlist: KindDefinition = {
  name: 'playlist',
  declaration: {
    plural: 'Playlists',
    scope: 'org',
    restored: 'yes',
    identity: 'kept in Grafana 12 and later; new UID in earlier versions',
    lost: ['UID before Grafana 12'],
    minimumVersion: '10.4',
    rights: ['the Viewer role: Grafana has no action for playlists'],
  },
  dependsOn: ['dashboard'],
  writes: 'serial',
  uidIsMadeUp: true,
  largeBodies: true,
  deletable: true,

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
    return object === undefined ? undefined : playlistContent(object);
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

  async counterparts(context, wanted, taken) {
    return usableVersion(context) === undefined ? findCounterparts(context, wanted, taken) : new Map();
  },

  forecast,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(`${PATH}/${encodeURIComponent(uid)}`, { signal: context.signal }));
  },

  comparable: (body) => without(objectAt(body) ?? {}, 'uid'),
};

function usableVersion(context: KindContext): string | undefined {
  const served = servedVersions(context.capabilities, GROUP);
  return VERSIONS.find((version) => served.includes(version));
}

async function* listApis(context: KindContext, version: string): AsyncGenerator<Listed> {
  const path = apisPath(GROUP, version, context.namespace, 'playlists');
  const pages = listPages(context.grafana, path, { limit: PAGE, largeSingly: true, signal: context.signal });
  for await (const { items, metadataOnly } of pages) {
    for (const object of items) {
      const uid = nameOf(object);
      const content = metadataOnly ? undefined : playlistContent(object);
      yield compact({ uid, title: content?.title ?? uid, revision: revisionOf(object), content });
    }
  }
}

/** An object of Grafana's newer API, as content. */
export function playlistContent(object: Json): Content {
  const managedBy = managerOf(object);
  const spec = objectAt(object, 'spec') ?? {};
  return {
    ...contentOf(nameOf(object), stringAt(spec, 'title') ?? '', spec),
    facts: factsOf(object),
    ...compact({ managedBy }),
  };
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const isNew = item.live === undefined && usableVersion(context) === undefined;
  return { losses: isNew ? [reason('uid-new')] : [] };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const body = objectAt(item.content.body) ?? {};
  const spec = without(body, 'uid');
  const version = usableVersion(context);
  if (version !== undefined) {
    const object = { apiVersion: `${GROUP}/${version}`, kind: 'Playlist', metadata: { name: item.uid }, spec };
    const path = apisPath(GROUP, version, context.namespace, 'playlists');
    await createOrReplace(grafana, path, object, item.live !== undefined, signal);
    return { uid: item.uid, losses: [] };
  }
  const words = legacyBody(item.content);
  if (item.live !== undefined) {
    await grafana.put(`${PATH}/${encodeURIComponent(item.uid)}`, words, { signal });
    return { uid: item.uid, losses: [] };
  }
  const uid = stringAt(await grafana.post(PATH, words, { signal }), 'uid') ?? item.uid;
  return { uid, losses: [reason('uid-other', { uid })] };
}
