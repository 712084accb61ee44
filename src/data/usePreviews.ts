import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PreviewRequest } from '../../pkg/contract/api/previews.ts';
import { call } from '../api/client.ts';

const KEY = ['previews'];

/** The temporary copies that are in Grafana. */
export function usePreviews() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => call('GET /previews', { signal }) });
}

function useReadAgain() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

/** Makes a temporary copy of a dashboard as a snapshot holds it. */
export function useOpenPreview() {
  const onSuccess = useReadAgain();
  return useMutation({ mutationFn: (request: PreviewRequest) => call('POST /previews', { body: request }), onSuccess });
}

/** Removes one before its hour is over. */
export function useRemovePreview() {
  const onSuccess = useReadAgain();
  return useMutation({ mutationFn: (uid: string) => call('DELETE /previews/:uid', { params: { uid } }), onSuccess });
}
