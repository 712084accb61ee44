import { arrayAt, canonicalJson, objectAt, stringAt, type JsonObject, without } from '../../../../lib/json/json.ts';
import { ifFound } from '../../../http/errors.ts';
import { resourceIn } from '../../../http/expected.ts';
import { listWithRoom, objectsOf } from '../../../http/pagination/lists.ts';
import type { KindContext, Listed } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { contentOf } from './content.ts';

/** Where Grafana takes playlists without `/apis`. It chooses their uids itself. */
export const PATH = '/api/playlists';

/** The list has a limit and no pages. */
export async function* listLegacy(context: KindContext): AsyncGenerator<Listed> {
  for (const item of await listWithRoom(context.grafana, PATH, ['uid', 'name'], context.signal)) {
    const uid = stringAt(item, 'uid') ?? '';
    yield { uid, title: stringAt(item, 'name') ?? uid };
  }
}

/** A playlist with its items through `/api/playlists`; undefined when it is gone. */
export async function readLegacy(context: KindContext, uid: string): Promise<Content | undefined> {
  const path = `${PATH}/${encodeURIComponent(uid)}`;
  const { grafana, signal } = context;
  const answer = await ifFound(grafana.get(path, { signal }));
  if (answer === undefined) {
    return undefined;
  }
  const found = resourceIn(answer, path, 'uid', uid);
  const items = arrayAt(found, 'items') ?? objectsOf(await grafana.get(`${path}/items`, { signal }), `${path}/items`);
  return contentOf(uid, stringAt(found, 'name') ?? uid, { ...found, items });
}

/** What is written: the uid is not taken. */
export function legacyBody(content: Content): JsonObject {
  const spec = bare(content);
  return { ...without(spec, 'title'), name: spec['title'] ?? '' };
}

/**
 * Live playlists that are the wanted ones under another uid: those of the same name and content, otherwise the only
 * one of the same name. None is taken twice.
 * @returns live uids by wanted uid.
 */
export async function findCounterparts(
  context: KindContext,
  wanted: ReadonlyMap<string, Content>,
  taken: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const free = new Map<string, Content>();
  const titles = new Set([...wanted.values()].map(({ title }) => title));
  const kept = new Set<string>();
  for await (const { uid, title } of listLegacy(context)) {
    if (wanted.has(uid)) {
      kept.add(uid);
    } else if (titles.has(title) && !taken.has(uid)) {
      const content = await readLegacy(context, uid);
      if (content !== undefined) {
        free.set(uid, content);
      }
    }
  }
  const left = [...wanted].filter(([uid]) => !kept.has(uid));
  const take = (uid: string, live: string): void => {
    found.set(uid, live);
    free.delete(live);
  };
  for (const [uid, content] of left) {
    const key = canonicalJson(bare(content));
    const same = [...free].find(([, one]) => canonicalJson(bare(one)) === key);
    if (same !== undefined) {
      take(uid, same[0]);
    }
  }
  for (const [uid, { title }] of left) {
    const named = [...free].filter(([, one]) => one.title === title);
    const alike = left.filter(([other, one]) => !found.has(other) && one.title === title);
    if (!found.has(uid) && named.length === 1 && alike.length === 1 && named[0] !== undefined) {
      take(uid, named[0][0]);
    }
  }
  return found;
}

function bare(content: Content): JsonObject {
  return without(objectAt(content.body) ?? {}, 'uid');
}
