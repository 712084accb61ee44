import { objectAt, stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { createOrReplace } from '../../../apis.ts';
import type { Restorable, WriteContext, Written } from '../../kind.ts';
import { foldersPath, GROUP, usableVersion } from './api.ts';
import { asDescribed, placement } from './content.ts';

/** Creates or replaces a folder. */
export async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const version = usableVersion(context);
  // What cannot be read back is written all the same.
  const merged = version === undefined || item.live === undefined ? item.content : asDescribed(item.content, item.live);
  const body = objectAt(merged.body) ?? {};
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
