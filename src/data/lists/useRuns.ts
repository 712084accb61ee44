import { useQuery } from '@tanstack/react-query';
import type { RestoreRequest } from '../../../pkg/contract/api/restores.ts';
import type { RunSummary, RunsQuery } from '../../../pkg/contract/api/runs.ts';
import { call } from '../../api/client.ts';
import { PAGE_SIZE, usePages } from '../pages.ts';
import { isActive } from '../useRuns.ts';

export type RunFilters = Pick<RunsQuery, 'kind' | 'status' | 'search' | 'from' | 'to'>;

export function useRuns(filters: RunFilters) {
  return usePages<RunSummary>(
    ['runs', filters],
    (cursor, signal) => call('GET /runs', { query: { ...filters, cursor, limit: PAGE_SIZE }, signal }),
    { refreshEvery: (runs) => (runs.some(isActive) ? 2_000 : 15_000) },
  );
}

/** How many runs are looked through for the last one that sent a whole. */
const SENT_SEEN = 5;

/** The newest run that sent resources to one of these, except those that only overwrote chosen resources there. */
export function useLastSent(connections: readonly string[]) {
  return useQuery({
    queryKey: ['runs', 'sent', connections],
    queryFn: async ({ signal }) => {
      const query = { kind: 'restore', status: 'complete,partial', limit: PAGE_SIZE };
      const { items } = await call('GET /runs', { query, signal });
      const sent = items.filter(
        ({ connection = '', undoes }) => connections.includes(connection) && undoes === undefined,
      );
      const runs = await Promise.all(
        sent.slice(0, SENT_SEEN).map(({ id }) => call('GET /runs/:id', { params: { id }, signal })),
      );
      // A query must not answer undefined.
      return runs.find(({ request }) => !isCorrection(request)) ?? runs[0] ?? null;
    },
  });
}

/** Such as what conflicts are resolved with. */
function isCorrection(request: RestoreRequest | undefined): boolean {
  return request?.selection.type === 'resources' && request.options?.overwrite === true;
}
