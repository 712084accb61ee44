import { lastValueFrom } from 'rxjs';
import { call } from './client.ts';
import { fetchGrafana } from './fetchGrafana.ts';

/**
 * The stored body of a library panel: that of a snapshot, or what Grafana has now (`live`).
 * @throws ServiceError, or what Grafana's client throws, where there is none
 */
export async function libraryPanel(side: string, org: number, uid: string): Promise<unknown> {
  if (side !== 'live') {
    const query = { org, kind: 'library-panel', uid } as const;
    const { body } = await call('GET /snapshots/:id/resource', { params: { id: side }, query });
    return body;
  }
  const { data } = await lastValueFrom(
    fetchGrafana<{ result: unknown }>({
      url: `/api/library-elements/${encodeURIComponent(uid)}`,
      showErrorAlert: false,
    }),
  );
  return data.result;
}
