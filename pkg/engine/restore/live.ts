import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Content, Kind, KindContext, Listed } from '../../grafana/kinds/kind.ts';
import { mapPool } from '../pool.ts';

/** Up to this many resources are read one by one; more are found by listing the kind, which then costs less. */
const READ_SINGLY = 32;
const AT_ONCE = 16;

/**
 * Gives each wanted resource with what is live under its uid, undefined where nothing is. Contents are handed over one after
 * another and not kept, so that thousands do not fill the memory.
 * @throws what reading throws: what cannot be read is not the same as what is not there.
 */
export async function visitLive(
  kind: Kind,
  context: KindContext,
  wanted: readonly Listed[],
  visit: (uid: string, live: Content | undefined) => Promise<void>,
): Promise<void> {
  if (wanted.length <= READ_SINGLY) {
    await mapPool(wanted, AT_ONCE, async (one) => {
      await visit(one.uid, await kind.read(context, one));
    });
    return;
  }
  const left = new Set(wanted.map(({ uid }) => uid));
  const toRead = [];
  for await (const { content, ...listed } of kind.list(context, { revision: () => undefined, size: 0 })) {
    if (!left.delete(listed.uid)) {
      continue;
    }
    if (content === undefined) {
      toRead.push(listed);
    } else {
      await visit(listed.uid, content);
    }
  }
  await mapPool(toRead, AT_ONCE, async (listed) => {
    await visit(listed.uid, await kind.read(context, listed));
  });
  await mapPool([...left], AT_ONCE, (uid) => visit(uid, undefined));
}

/** A stored resource as a listing would show it: some kinds take what the resource itself doesn't tell from there. */
export function asListed({ uid, title, folderUid }: ManifestEntry): Listed {
  return { uid, title, ...(folderUid === undefined ? {} : { folderUid }) };
}
