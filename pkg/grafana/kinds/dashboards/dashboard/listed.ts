import { compact } from '../../../../contract/compact.ts';
import type { JsonObject } from '../../../../lib/json/json.ts';
import { folderOf, nameOf, revisionOf } from '../../../apis.ts';
import type { Content } from '../../content.ts';
import type { KindContext, Listed } from '../../kind.ts';

/** A dashboard as a list under `/apis` shows it; without content its title is not known. */
export function listedOf(object: JsonObject, content?: Content, storedVersion?: string): Listed {
  const folderUid = folderOf(object);
  const revision = revisionOf(object);
  const uid = nameOf(object);
  return compact({ uid, title: content?.title ?? uid, folderUid, revision, storedVersion, content });
}

const KEY = 'listed-dashboards';

/** Yields a list of all dashboards, and keeps the UID, title and folder of each for the same run. */
export async function* keepListed(context: KindContext, list: AsyncIterable<Listed>): AsyncGenerator<Listed> {
  const all: Listed[] = [];
  let end: (all: Listed[] | undefined) => void = () => undefined;
  const ended = new Promise<Listed[] | undefined>((resolve) => (end = resolve));
  void context.memo(KEY, () => ended);
  try {
    for await (const listed of list) {
      const { uid, title, folderUid } = listed;
      all.push(compact({ uid, title, folderUid }));
      yield listed;
    }
    end(all);
  } finally {
    end(undefined);
  }
}

/**
 * All dashboards that were listed in this run, once the list is complete; undefined if none was started or completed.
 * The reader of that list must not wait for this.
 */
export function listedDashboards(context: KindContext): Promise<Listed[] | undefined> {
  return context.memo(KEY, () => Promise.resolve(undefined));
}

/** Dashboards that were read singly in this run: UID, title and folder of those that were live, as read last. */
function singlyRead(context: KindContext): Promise<Map<string, Listed>> {
  return context.memo('dashboards-read', () => Promise.resolve(new Map()));
}

/** Keeps UID, title and folder of a dashboard that was read. @returns its content */
export async function keepRead(
  context: KindContext,
  uid: string,
  content: Content | undefined,
): Promise<Content | undefined> {
  const read = await singlyRead(context);
  if (content === undefined) {
    read.delete(uid);
  } else {
    read.set(uid, compact({ uid, title: content.title, folderUid: content.folderUid }));
  }
  return content;
}

/** A dashboard that was read in this run and was live then. */
export async function readDashboard(context: KindContext, uid: string): Promise<Listed | undefined> {
  return (await singlyRead(context)).get(uid);
}
