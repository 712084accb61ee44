import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ResourcesQuery, SnapshotRow, SnapshotsQuery } from '../../pkg/contract/api/snapshots.ts';
import { RULE, type NamedRef } from '../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { call, callForText } from '../api/client.ts';
import { saveFile } from '../lib/saveFile.ts';
import { PAGE_SIZE, usePages } from './pages.ts';

const MINUTE = 60_000;

export type SnapshotFilters = Pick<SnapshotsQuery, 'status' | 'trigger' | 'search' | 'marked' | 'from' | 'to'>;
export type ResourceFilters = Pick<ResourcesQuery, 'kind' | 'org' | 'folder' | 'under' | 'search'>;

export function useSnapshots(filters: SnapshotFilters) {
  return usePages<SnapshotRow>(
    ['snapshots', filters],
    (cursor, signal) => call('GET /snapshots', { query: { ...filters, cursor, limit: PAGE_SIZE }, signal }),
    { refreshEvery: () => 15_000 },
  );
}

/** `latest` is an id too. */
export function useSnapshot(id: string | undefined) {
  return useQuery({
    queryKey: ['snapshot', id],
    queryFn: ({ signal }) => call('GET /snapshots/:id', { params: { id: id ?? '' }, signal }),
    enabled: id !== undefined && id !== '',
  });
}

/** The times of the snapshots that were taken within a minute of a moment. */
export function useTimesNear(time: string | undefined): string[] {
  const { data } = useQuery({
    queryKey: ['snapshots', 'near', time],
    queryFn: ({ signal }) => {
      const at = Date.parse(time ?? '');
      const [from, to] = [at - MINUTE, at + MINUTE].map((one) => new Date(one).toISOString());
      return call('GET /snapshots', { query: { from, to, limit: PAGE_SIZE }, signal });
    },
    enabled: time !== undefined,
    staleTime: MINUTE,
  });
  return (data?.items ?? []).map((one) => one.time);
}

/** What a snapshot holds never changes, so it is read once. */
export function useSnapshotTree(id: string | undefined) {
  return useQuery({
    queryKey: ['tree', id],
    queryFn: ({ signal }) => call('GET /snapshots/:id/tree', { params: { id: id ?? '' }, signal }),
    enabled: id !== undefined && id !== '',
    staleTime: id === 'latest' ? 5_000 : Infinity,
  });
}

export function useResources(id: string, filters: ResourceFilters) {
  return usePages<ManifestEntry>(['resources', id, filters], (cursor, signal) =>
    call('GET /snapshots/:id/resources', { params: { id }, query: { ...filters, cursor, limit: PAGE_SIZE }, signal }),
  );
}

export function useResource(id: string, ref: NamedRef) {
  return useQuery({
    queryKey: ['resource', id, ref],
    queryFn: ({ signal }) => call('GET /snapshots/:id/resource', { params: { id }, query: ref, signal }),
    staleTime: Infinity,
  });
}

/** The titles of a few resources; undefined while they are not known. */
export function useResourceTitles(id: string, refs: NamedRef[]): (string | undefined)[] {
  const queries = useQueries({
    queries: refs.map(({ org, kind, uid }) => ({
      queryKey: ['title', id, org, kind, uid],
      // The resource itself would come with its content.
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        if (kind === RULE) {
          const { rule } = await call('GET /snapshots/:id/resource', {
            params: { id },
            query: { org, kind, uid },
            signal,
          });
          return rule?.title ?? uid;
        }
        const query = { org, kind, search: uid, limit: PAGE_SIZE };
        const { items } = await call('GET /snapshots/:id/resources', { params: { id }, query, signal });
        return items.find((entry) => entry.uid === uid)?.title ?? uid;
      },
      staleTime: Infinity,
    })),
  });
  return queries.map(({ data }) => data);
}

export function useDeleteSnapshot() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call('DELETE /snapshots/:id', { params: { id }, query: { confirm: id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: ['snapshot', id] });
      return client.invalidateQueries();
    },
  });
}

/** A hold, a release, or a note. */
export type SnapshotMark =
  | { type: 'hold'; note: string; until?: string }
  | { type: 'release' }
  | { type: 'note'; note: string };

export function useMarkSnapshot(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (mark: SnapshotMark) => {
      const params = { id };
      switch (mark.type) {
        case 'hold':
          return call('PUT /snapshots/:id/hold', { params, body: { note: mark.note, until: mark.until } });
        case 'release':
          return call('DELETE /snapshots/:id/hold', { params });
        case 'note':
          return call('PUT /snapshots/:id/note', { params, body: { note: mark.note } });
      }
    },
    onSuccess: () => client.invalidateQueries(),
  });
}

/** Saves the stored JSON as a file, or a dashboard as Grafana's import takes it. */
export async function downloadResource(id: string, ref: NamedRef, format: 'body' | 'dashboard'): Promise<void> {
  const text = await callForText(`/snapshots/${encodeURIComponent(id)}/download`, { ...ref, format });
  saveFile(`${ref.kind}-${ref.uid.replace(/[^A-Za-z0-9._-]+/g, '_')}.json`, 'application/json', text);
}

/**
 * Snapshots for a picker: the newest hundred whose id or author holds the text, backups first. An id starts with its
 * time.
 */
export async function findSnapshots(text: string): Promise<SnapshotRow[]> {
  const search = /^[\d\s:T-]+$/.test(text) ? text.replace(/[-:]/g, '').trim().replace(/\s+/, 'T') : text;
  const page = await call('GET /snapshots', { query: { limit: PAGE_SIZE, search: search || undefined } });
  const isBackup = ({ trigger }: SnapshotRow) => trigger !== 'safety' && trigger !== 'drill';
  return [...page.items.filter(isBackup), ...page.items.filter((one) => !isBackup(one))];
}

/** Resources for a picker: the first hundred that hold the text. */
export async function findResources(snapshot: string, text: string): Promise<ManifestEntry[]> {
  const query = { limit: PAGE_SIZE, search: text || undefined };
  return (await call('GET /snapshots/:id/resources', { params: { id: snapshot }, query })).items;
}
