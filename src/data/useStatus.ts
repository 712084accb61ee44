import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Problem } from '../../pkg/contract/api/common.ts';
import type { Confirmable, ReportQuery } from '../../pkg/contract/api/readiness.ts';
import type { Status } from '../../pkg/contract/api/status.ts';
import { isHalf } from '../../pkg/contract/losses/mass-change.ts';
import { call } from '../api/client.ts';
import { saveFile } from '../lib/saveFile.ts';

export const STATUS_KEY = ['status'];
const READINESS_KEY = ['readiness'];

/** The service answers from memory: longer than this is no answer, in milliseconds. */
const LONGEST = 8_000;

/** How long after the end of a backup the service may still be reading what it stored, in milliseconds. */
const SETTLES_WITHIN = 60_000;

/** Polled. */
export function useStatus() {
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: ({ signal }) => call('GET /status', { signal, within: LONGEST }),
    refetchInterval: (query) => statusEvery(query.state.data),
  });
}

/** That there are snapshots which no trusted key signed, and whose key a person can trust. */
export function untrustedIn(status: Status | undefined): Problem | undefined {
  return status?.warnings?.find(({ code }) => code === 'DK_SNAPSHOT_FOREIGN');
}

/** The last full backup, where much of it is missing from the newest one: what a person wants to restore. */
export function lastFullOf({ shrunk, lastFull }: Partial<Status> = {}): string | undefined {
  return shrunk?.losses.some((loss) => loss.kind === undefined && isHalf(loss)) ? lastFull : undefined;
}

/** Every second while something runs or its result is still to come, otherwise every ten seconds, in milliseconds. */
export function statusEvery(status: Status | undefined): number {
  if (status?.running !== undefined || (status !== undefined && isSettling(status))) {
    return 1_000;
  }
  // A target that was just set, or comes back: the first backup follows.
  const isWaiting = status?.target.configured === true && status.target.reachable !== true;
  // Without access to Grafana yet, as after each start of the service.
  const isOutside = status?.protection === 'unconfigured' && status.target.configured;
  const isEmpty = status?.protection === 'never' || status?.protection === 'unknown';
  if (isWaiting || isOutside || isEmpty) {
    return 2_000;
  }
  // Someone may be about to trust them.
  return untrustedIn(status) === undefined ? 10_000 : 5_000;
}

/** Whether a backup has just ended, and the status does not know its snapshot yet. */
export function isSettling({ now, newest, lastBackup }: Status): boolean {
  const { snapshot, finished } = lastBackup ?? {};
  return (
    snapshot !== undefined &&
    finished !== undefined &&
    (newest === undefined || newest.id < snapshot) &&
    Date.parse(now) - Date.parse(finished) < SETTLES_WITHIN
  );
}

/** @param newest - the run that ended last: after each, they are read again */
export function useTrends(points: number, newest: string | undefined) {
  return useQuery({
    queryKey: ['trends', points, newest],
    queryFn: ({ signal }) => call('GET /trends', { query: { points }, signal }),
    placeholderData: (previous) => previous,
    staleTime: 30_000,
  });
}

/**
 * Whether a recovery would work. The service looks into the repository for it, so it is polled often only while a
 * recovery would fail: the cause, such as a target out of reach, may pass.
 */
export function useReadiness() {
  return useQuery({
    queryKey: READINESS_KEY,
    queryFn: ({ signal }) => call('GET /readiness', { signal }),
    refetchInterval: ({ state }) => (state.data?.level === 'not-ready' ? 10_000 : 60_000),
  });
}

/** Installations that the deployment names. The service reads each repository for this. */
export function useFleet() {
  return useQuery({
    queryKey: ['fleet'],
    queryFn: async ({ signal }) => (await call('GET /fleet', { signal })).installations,
    refetchInterval: 60_000,
  });
}

export function useConfirmReadiness() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (line: Confirmable) => call('POST /readiness/confirmations', { body: { line } }),
    onSuccess: (report) => client.setQueryData(READINESS_KEY, report),
  });
}

/** Saves the recovery kit as a file. */
export function useRecoveryKit() {
  return useMutation({
    mutationFn: () => call('GET /recovery-kit'),
    onSuccess: ({ name, type, text }) => saveFile(name, type, text),
  });
}

/** Saves the report for a period as a file. */
export function usePeriodReport() {
  return useMutation({ mutationFn: (query: ReportQuery) => call('GET /readiness/report', { query }) });
}
