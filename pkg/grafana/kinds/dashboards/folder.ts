import { append } from '../../../lib/append.ts';
import { objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import {
  apisPath,
  createOrReplace,
  factsOf,
  folderOf,
  managerOf,
  nameOf,
  resourceVersionOf,
  revisionOf,
} from '../../apis.ts';
import { objectsOf } from '../../http/pagination/lists.ts';
import { listPages } from '../../http/pagination/pages.ts';
import { servedVersions } from '../../capabilities.ts';
import { ifFound } from '../../http/errors.ts';
import type { Forecast, Kind, KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { withTitle } from '../title.ts';

const GROUP = 'folder.grafana.app';

/** Preferred first; both have the same spec. */
const VERSIONS = ['v1', 'v1beta1'];
const PAGE = 500;
const LEGACY_PAGE = 1000;

/**
 * Folders. From 12 on one flat list under `/apis`; before, a walk down the tree, because `/api/folders` shows direct
 * children only. The body is `{uid, title, parentUid?, description?}`; the legacy API does not give descriptions out.
 */
export const folder: Kind = {
  name: 'folder',
  declaration: {
    plural: 'Folders',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['numeric id', 'author and dates', 'description below Grafana 12 (its API does not return it)'],
    minimumVersion: '10.4',
    rights: ['folders:read on folders:*'],
  },
  dependsOn: [],
  writes: 'parallel',
  inFolders: true,
  essential: true,
  manyReferences: true,
  deletable: true,

  async serves() {
    return { served: true };
  },

  list(context) {
    const version = usableVersion(context);
    return version === undefined ? walkTree(context) : listFlat(context, version);
  },

  async read(context, listed) {
    const one = encodeURIComponent(listed.uid);
    const version = usableVersion(context);
    const { grafana, signal } = context;
    if (version === undefined) {
      const found = await ifFound(grafana.get(`/api/folders/${one}`, { signal }));
      return found === undefined ? undefined : legacyContent(found);
    }
    const found = await ifFound(grafana.get(`${foldersPath(context, version)}/${one}`, { signal }));
    return found === undefined ? undefined : apisContent(found);
  },

  references(content) {
    return content.folderUid === undefined ? [] : [{ kind: 'folder', uid: content.folderUid, required: true }];
  },

  rename(content, renamed) {
    return content.folderUid === undefined
      ? content
      : inFolder(content, renamed({ kind: 'folder', uid: content.folderUid }));
  },

  copy(content, uid) {
    return { ...content, body: { ...objectAt(content.body), uid } };
  },

  retitle: withTitle,
  moveTo: inFolder,

  forecast,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(`/api/folders/${encodeURIComponent(uid)}`, { signal: context.signal }));
  },
};

/** The same content placed in another folder; '' is the root. */
export function inFolder(content: Content, folderUid: string): Content {
  const { parentUid: _, ...body } = objectAt(content.body) ?? {};
  const { folderUid: __, ...rest } = content;
  return folderUid === '' ? { ...rest, body } : { ...rest, folderUid, body: { ...body, parentUid: folderUid } };
}

function usableVersion(context: KindContext): string | undefined {
  const served = servedVersions(context.capabilities, GROUP);
  return VERSIONS.find((version) => served.includes(version));
}

function foldersPath(context: KindContext, version: string): string {
  return apisPath(GROUP, version, context.namespace, 'folders');
}

async function* listFlat(context: KindContext, version: string): AsyncGenerator<Listed> {
  const pages = listPages(context.grafana, foldersPath(context, version), { limit: PAGE, signal: context.signal });
  for await (const { items } of pages) {
    for (const item of items) {
      const content = apisContent(item);
      const revision = revisionOf(item);
      yield {
        uid: nameOf(item),
        title: content.title,
        ...(content.folderUid === undefined ? {} : { folderUid: content.folderUid }),
        ...(revision === undefined ? {} : { revision }),
        content,
      };
    }
  }
}

function apisContent(object: Json): Content {
  const managedBy = managerOf(object);
  const liveVersion = resourceVersionOf(object);
  return contentOf(
    {
      uid: nameOf(object),
      title: stringAt(object, 'spec', 'title'),
      parentUid: folderOf(object),
      description: stringAt(object, 'spec', 'description'),
    },
    {
      facts: factsOf(object),
      ...(managedBy === undefined ? {} : { managedBy }),
      ...(liveVersion === undefined ? {} : { liveVersion }),
    },
  );
}

function legacyContent(object: Json): Content {
  const manager = stringAt(object, 'managedBy');
  const facts = ['created', 'createdBy'].flatMap((name) => {
    const value = stringAt(object, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return contentOf(
    {
      uid: stringAt(object, 'uid') ?? '',
      title: stringAt(object, 'title'),
      parentUid: stringAt(object, 'parentUid'),
      description: stringAt(object, 'description'),
    },
    {
      ...(manager === undefined || manager === '' ? {} : { managedBy: { manager } }),
      ...(facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    },
  );
}

function contentOf(
  folder: { uid: string; title?: string; parentUid?: string; description?: string },
  more: Pick<Content, 'facts' | 'liveVersion' | 'managedBy'>,
): Content {
  const body: JsonObject = { uid: folder.uid, title: folder.title ?? '' };
  if (folder.parentUid !== undefined && folder.parentUid !== '') {
    body['parentUid'] = folder.parentUid;
  }
  if (folder.description !== undefined && folder.description !== '') {
    body['description'] = folder.description;
  }
  const parent = stringAt(body, 'parentUid');
  return { body, title: folder.title ?? folder.uid, ...(parent === undefined ? {} : { folderUid: parent }), ...more };
}

/**
 * Level by level, each folder's children asked for once, many at a time. A Grafana without nested folders ignores
 * `parentUid` and shows the root again; folders seen before are left out, which ends the walk there too.
 */
async function* walkTree(context: KindContext): AsyncGenerator<Listed> {
  const seen = new Set<string>();
  let level: (string | undefined)[] = [undefined];
  while (level.length > 0) {
    const below: string[] = [];
    for (const answer of level.map((parent) => startChildren(context, parent))) {
      for (const { parent, item } of await answer()) {
        const uid = stringAt(item, 'uid') ?? '';
        if (uid === '' || seen.has(uid)) {
          continue;
        }
        seen.add(uid);
        below.push(uid);
        const content = legacyContent(parent === undefined ? item : { ...item, parentUid: parent });
        yield {
          uid,
          title: content.title,
          ...(content.folderUid === undefined ? {} : { folderUid: content.folderUid }),
          content,
        };
      }
    }
    level = below;
  }
}

interface Child {
  parent: string | undefined;
  item: JsonObject;
}

/** Starts reading immediately; the result is waited for in order. Failures surface where they are waited for. */
function startChildren(context: KindContext, parent: string | undefined): () => Promise<Child[]> {
  const children = childrenOf(context, parent);
  children.catch(() => undefined);
  return () => children;
}

async function childrenOf(context: KindContext, parent: string | undefined): Promise<Child[]> {
  const children: Child[] = [];
  for (let page = 1; ; page++) {
    const answer = await context.grafana.get('/api/folders', {
      query: { parentUid: parent, limit: LEGACY_PAGE, page },
      signal: context.signal,
    });
    const items = objectsOf(answer, '/api/folders');
    append(
      children,
      items.map((item) => ({ parent, item })),
    );
    // The server's own limit may be below ours, so only an empty page is surely the end.
    if (items.length === 0) {
      return children;
    }
  }
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  if (item.live !== undefined) {
    return { losses: [] };
  }
  const twin = (await liveFolders(context)).find(
    (live) => live.title === item.content.title && live.folderUid === item.content.folderUid && live.uid !== item.uid,
  );
  const refusesTwins = usableVersion(context) === undefined;
  return twin !== undefined && refusesTwins
    ? { losses: [], blocked: reason('folder-twin', { uid: twin.uid }) }
    : { losses: [] };
}

/** The folders that are live now, read once per plan. */
export function liveFolders(context: KindContext): Promise<Listed[]> {
  return context.memo('live-folders', async () => {
    const all: Listed[] = [];
    for await (const listed of folder.list(context, { revision: () => undefined, size: 0 })) {
      all.push(listed);
    }
    return all;
  });
}

/** Whether a folder is live now. */
export async function isFolderLive({ grafana, signal }: KindContext, uid: string): Promise<boolean> {
  const folder = await ifFound(grafana.get(`/api/folders/${encodeURIComponent(uid)}`, { signal, ignoreBody: true }));
  return folder !== undefined;
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const version = usableVersion(context);
  const body = objectAt(item.content.body) ?? {};
  const title = stringAt(body, 'title') ?? '';
  const description = stringAt(body, 'description') ?? '';
  if (version !== undefined) {
    await createOrReplace(
      context.grafana,
      foldersPath(context, version),
      {
        apiVersion: `${GROUP}/${version}`,
        kind: 'Folder',
        metadata: { name: item.uid, annotations: placement(item.content, item.live !== undefined) },
        spec: { title, ...(description === '' ? {} : { description }) },
      },
      item.live !== undefined,
      context.signal,
      item.live?.liveVersion,
    );
    return { uid: item.uid, losses: [] };
  }
  await writeLegacy(context, item, title, description);
  return { uid: item.uid, losses: [] };
}

/** Annotations that place an object; a new one at the root asks for Grafana's default permissions as its UI does. */
export function placement(content: Content, exists: boolean): JsonObject {
  if (content.folderUid !== undefined) {
    return { 'grafana.app/folder': content.folderUid };
  }
  return exists ? {} : { 'grafana.app/grant-permissions': 'default' };
}

async function writeLegacy(context: WriteContext, item: Restorable, title: string, description: string): Promise<void> {
  const { grafana, signal } = context;
  const one = `/api/folders/${encodeURIComponent(item.uid)}`;
  const parentUid = item.content.folderUid;
  const words: JsonObject = { title, ...(description === '' ? {} : { description }) };
  if (item.live === undefined) {
    await grafana.post(
      '/api/folders',
      { uid: item.uid, ...words, ...(parentUid === undefined ? {} : { parentUid }) },
      { signal, ignoreBody: true },
    );
    return;
  }
  if (item.live.folderUid !== parentUid) {
    await grafana.post(`${one}/move`, { parentUid: parentUid ?? '' }, { signal });
  }
  await grafana.put(one, { ...words, overwrite: true }, { signal });
}
