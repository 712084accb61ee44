import { isDeepStrictEqual } from 'node:util';
import { objectAt } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { ifFound } from '../../http/errors.ts';
import type { Content } from '../content.ts';
import type { Forecast, Kind, KindContext, Listed, Restorable, WriteContext } from '../kind.ts';
import { servedWhole } from '../../rights.ts';
import { withTitle } from '../title.ts';
import { foldersPath, usableVersion } from './folder/api.ts';
import { apisContent, asDescribed, inFolder, legacyContent, withoutHidden } from './folder/content.ts';
import { listFlat, walkTree } from './folder/list.ts';
import { write } from './folder/write.ts';

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
    lost: ['numeric ID', 'author and dates', 'description before Grafana 12 (its API does not return it)'],
    minimumVersion: '10.4',
    rights: ['folders:read on folders:*'],
  },
  dependsOn: [],
  writes: 'parallel',
  inFolders: true,
  uidIsMadeUp: true,
  largeBodies: true,
  manyReferences: true,
  deletable: true,

  serves: (context) => servedWhole(context, 'folders:read', 'folders'),

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

  merge: asDescribed,
  withoutDefaults: withoutHidden,
  isBetween: isFolderBetween,
  forecast,
  write,

  async remove(context, uid) {
    await ifFound(context.grafana.delete(`/api/folders/${encodeURIComponent(uid)}`, { signal: context.signal }));
  },
};

/** Before Grafana 12, moving a folder and renaming it are two requests. */
function isFolderBetween(live: Content | undefined, before: Content, after: Content): boolean {
  const [now, ...both] = [live ?? before, before, after].map((one) => asDescribed(inFolder(one, ''), live ?? before));
  const isPlaced = [before, after].some(({ folderUid }) => folderUid === live?.folderUid);
  return live !== undefined && isPlaced && both.some(({ body }) => isDeepStrictEqual(body, now?.body));
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

/** Whether a folder is live now, with all that it is in: without its parent, Grafana shows no permissions of it. */
export async function isFolderLive(context: KindContext, uid: string): Promise<boolean> {
  const seen = new Set<string>();
  for (let next: string | undefined = uid; next !== undefined && !seen.has(next);) {
    seen.add(next);
    const found = await folder.read(context, { uid: next, title: next });
    if (found === undefined) {
      return false;
    }
    next = found.folderUid;
  }
  return true;
}
