import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Run, RunSummary } from '../../pkg/contract/api/runs.ts';
import { call } from '../api/client.ts';
import { startRun } from '../api/startRun.ts';
import { STATUS_KEY, useStatus } from './useStatus.ts';

export function isActive(run: { status: string } | undefined): boolean {
  return run?.status === 'running' || run?.status === 'queued';
}

/** Whether nothing else can start meanwhile: a second copy makes way for any other run. */
export function isOccupying(run: Pick<Run, 'kind' | 'status'> | undefined): boolean {
  return isActive(run) && run?.kind !== 'copy';
}

/**
 * The newest few, for the overview.
 * @param seen - what runs and what ended last, as the page says it elsewhere: when that changes, they are read again
 */
export function useRecentRuns(limit: number, seen: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['runs', 'recent', limit, seen],
    queryFn: async ({ signal }) => {
      const runs = await call('GET /runs', { query: { limit }, signal });
      // The page says the same of it above.
      if (runs.items.some((run) => isActive(run) && !seen.includes(run.id))) {
        void client.invalidateQueries({ queryKey: STATUS_KEY });
      }
      return runs;
    },
    placeholderData: (previous) => previous,
    refetchInterval: (query) => (query.state.data?.items.some(isActive) === true ? 1_000 : 10_000),
  });
}

/** The run that applied a restore; looked for again, as the service may only just have been restarted. */
export function useRunOfRestore(id: string, enabled = true) {
  return useQuery({
    queryKey: ['runs', 'of', id],
    queryFn: ({ signal }) => call('GET /runs', { query: { search: id, kind: 'restore', limit: 1 }, signal }),
    enabled,
    refetchInterval: 5_000,
  });
}

/** Followed closely until it ends. Then everything else that is known is read again. */
export function useRun(id: string | undefined) {
  const client = useQueryClient();
  const queryKey = ['run', id];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const run = await call('GET /runs/:id', { params: { id: id ?? '' }, signal });
      if (isActive(client.getQueryData<Run>(queryKey)) && !isActive(run)) {
        void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'run' });
      }
      return run;
    },
    enabled: id !== undefined,
    refetchInterval: (query) => (isActive(query.state.data) ? 700 : false),
  });
}

/**
 * @returns whether what is known of a run that is not over may be old: its service is not heard of, or was restarted
 *   since and does not run it
 */
export function useIsStale(run: RunSummary | undefined): boolean {
  const { data, error } = useStatus();
  return (
    isActive(run) &&
    (error !== null ||
      (data !== undefined &&
        data.started > (run?.started ?? '') &&
        ![data.running?.id, data.queued?.id].includes(run?.id)))
  );
}

/** Starts a run; everything shown is read again. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: startRun,
    onSettled: () => client.invalidateQueries(),
  });
}

export function useCancelRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call('POST /runs/:id/cancel', { params: { id } }),
    onSettled: () => client.invalidateQueries(),
  });
}

/** Begins to plan the way back of a restore; the page of the plan shows how far it is. */
export function useUndoRun() {
  return useMutation({
    mutationFn: (id: string) => call('POST /runs/:id/undo', { params: { id }, query: { wait: 'false' } }),
  });
}
