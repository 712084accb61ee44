import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.ts';

export const STATUS_KEY = ['status'];

/** Polled: twice a second while something runs, otherwise every ten seconds. */
export function useStatus() {
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: ({ signal }) => call('GET /status', { signal }),
    refetchInterval: (query) => (query.state.data?.running === undefined ? 10_000 : 1_000),
  });
}

/** Whether this organization is the home one, which decides what concerns all; undefined while that is not known. */
export function useIsHome(): boolean | undefined {
  return useStatus().data?.caller.home;
}

export function useTrends(points: number) {
  return useQuery({
    queryKey: ['trends', points],
    queryFn: ({ signal }) => call('GET /trends', { query: { points }, signal }),
    staleTime: 30_000,
  });
}
