import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.ts';

/** The folders that exist in an org now. */
export function useLiveFolders(org: number) {
  return useQuery({
    queryKey: ['live-folders', org],
    queryFn: async ({ signal }) => (await call('GET /folders', { query: { org }, signal })).folders,
    staleTime: 30_000,
  });
}
