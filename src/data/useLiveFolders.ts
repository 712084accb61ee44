import { useQuery } from '@tanstack/react-query';
import { liveFolders } from '../api/grafana.ts';

/** The folders that exist in Grafana now. */
export function useLiveFolders() {
  return useQuery({ queryKey: ['live-folders'], queryFn: ({ signal }) => liveFolders(signal), staleTime: 30_000 });
}
