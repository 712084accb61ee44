import { stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import type { KindContext, Listed } from '../../kind.ts';

/** What is looked at of one; the rest is read singly. */
const OF_A_DATA_SOURCE = ['uid', 'name', 'type', 'isDefault'];

/** `GET /api/datasources`: all of them in one answer, without users, secret names and version. */
export async function listDataSources(context: KindContext): Promise<JsonObject[]> {
  const path = '/api/datasources';
  return objectsOf(await context.grafana.get(path, { keep: OF_A_DATA_SOURCE, signal: context.signal }), path);
}

/** The data sources that are live now, read once. */
export function liveDataSources(context: KindContext): Promise<Listed[]> {
  return context.memo('live-data-sources', async () =>
    (await listDataSources(context)).map((item) => {
      const uid = stringAt(item, 'uid') ?? '';
      return { uid, title: stringAt(item, 'name') ?? uid };
    }),
  );
}
