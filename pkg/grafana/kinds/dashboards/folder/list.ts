import { compact } from '../../../../contract/compact.ts';
import { append } from '../../../../lib/append.ts';
import { stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { folderOf, nameOf, revisionOf } from '../../../apis.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { listPages } from '../../../http/pagination/pages.ts';
import { ListRoom } from '../../../http/pagination/room.ts';
import type { KindContext, Listed } from '../../kind.ts';
import { foldersPath } from './api.ts';
import { apisContent, legacyContent } from './content.ts';

const PAGE = 500;
const LEGACY_PAGE = 1000;

/** All folders in one flat list, from Grafana 12 on. */
export async function* listFlat(context: KindContext, version: string): AsyncGenerator<Listed> {
  const path = foldersPath(context, version);
  const pages = listPages(context.grafana, path, { limit: PAGE, largeSingly: true, signal: context.signal });
  for await (const { items, metadataOnly } of pages) {
    for (const item of items) {
      const content = metadataOnly ? undefined : apisContent(item);
      const uid = nameOf(item);
      const folderUid = folderOf(item);
      yield compact({ uid, title: content?.title ?? uid, folderUid, revision: revisionOf(item), content });
    }
  }
}

/**
 * Level by level, each folder's children asked for once, many at a time. A Grafana without nested folders ignores
 * `parentUid` and shows the root again; folders seen before are left out, which ends the walk there too.
 */
export async function* walkTree(context: KindContext): AsyncGenerator<Listed> {
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
  const room = new ListRoom('/api/folders');
  for (let page = 1; ; page++) {
    const answer = await context.grafana.get('/api/folders', {
      query: { parentUid: parent, limit: LEGACY_PAGE, page },
      list: true,
      signal: context.signal,
    });
    const items = objectsOf(answer, '/api/folders');
    items.forEach((item) => room.take(stringAt(item, 'title') ?? ''));
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
