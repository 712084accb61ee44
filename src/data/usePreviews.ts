import { useMutation } from '@tanstack/react-query';
import type { PreviewRequest } from '../../pkg/contract/api/previews.ts';
import { call } from '../api/client.ts';

/** Makes a temporary copy of a dashboard as a snapshot holds it. */
export function useOpenPreview() {
  return useMutation({ mutationFn: (request: PreviewRequest) => call('POST /previews', { body: request }) });
}

/** Removes one before its hour is over. */
export function useRemovePreview() {
  return useMutation({ mutationFn: (uid: string) => call('DELETE /previews/:uid', { params: { uid } }) });
}
