import { compact } from '../../../../contract/compact.ts';
import type { KindContext, Listed } from '../../kind.ts';

const KEY = 'listed-dashboards';

/** Hands on a list of all dashboards, and keeps uid, title and folder of each for others in the same run. */
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
 * All dashboards that a list of this run shows, as soon as it has ended; undefined where none began, or came to its
 * end. Whatever reads that list must not wait for this.
 */
export function listedDashboards(context: KindContext): Promise<Listed[] | undefined> {
  return context.memo(KEY, () => Promise.resolve(undefined));
}
