import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RestorePlan, RestoreRequest } from '../../pkg/contract/api/restores.ts';
import type { ResourceRef } from '../../pkg/contract/kinds.ts';
import { call } from '../api/client.ts';

/** Other Grafanas that the deployment names; empty for all organizations except the home organization. */
export function useConnections() {
  return useQuery({
    queryKey: ['connections'],
    queryFn: async ({ signal }) => (await call('GET /connections', { signal })).connections,
    staleTime: 60_000,
  });
}

/** How often a plan is asked for in each state, in milliseconds. */
const PLAN_EVERY: Partial<Record<RestorePlan['state'], number>> = { planning: 700, planned: 10_000, applying: 700 };

/** Begins a plan; its page shows how far it is. */
export function usePlanRestore() {
  return useMutation({
    mutationFn: (request: RestoreRequest) => call('POST /restores', { query: { wait: 'false' }, body: request }),
  });
}

/** Looked at again while it waits: it expires after an hour, and its service may forget it. */
export function useRestorePlan(id: string) {
  return useQuery({
    queryKey: ['restore', id],
    queryFn: ({ signal }) => call('GET /restores/:id', { params: { id }, signal }),
    enabled: id !== '',
    refetchInterval: ({ state: { data, status } }) =>
      (status !== 'error' && data !== undefined && PLAN_EVERY[data.state]) || false,
    // A plan that nobody asks for is dropped.
    refetchIntervalInBackground: true,
  });
}

/** What a plan changes in a resource that it overwrites: Grafana is read again. */
export function usePlannedChanges(id: string, ref: ResourceRef) {
  return useQuery({
    queryKey: ['restore', id, 'changes', ref],
    queryFn: ({ signal }) => call('GET /restores/:id/changes', { params: { id }, query: ref, signal }),
  });
}

export function useApplyRestore(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (confirm: string | undefined) =>
      call('POST /restores/:id/apply', { params: { id }, body: confirm === undefined ? {} : { confirm } }),
    onSettled: () => client.invalidateQueries(),
  });
}

const MAPPINGS = ['mappings'];

/** Mappings that admins of the home organization saved. */
export function useMappings() {
  return useQuery({
    queryKey: MAPPINGS,
    queryFn: async ({ signal }) => (await call('GET /mappings', { signal })).mappings,
  });
}

/** Saves a mapping file under a name. */
export function useSaveMapping() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, text }: { name: string; text: string }) =>
      call('PUT /mappings/:name', { params: { name }, body: { text } }),
    onSuccess: ({ mappings }) => client.setQueryData(MAPPINGS, mappings),
  });
}

export function useDeleteMapping() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => call('DELETE /mappings/:name', { params: { name } }),
    onSuccess: ({ mappings }) => client.setQueryData(MAPPINGS, mappings),
  });
}
