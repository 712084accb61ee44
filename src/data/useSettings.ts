import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { RetentionSettings, SettingsCandidate, SettingsUpdate } from '../../pkg/contract/api/settings.ts';
import { call } from '../api/client.ts';

const KEY = ['settings'];

/** @param enabled only the home organization may see them */
export function useSettings(enabled: boolean) {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call('GET /settings', { signal }),
    staleTime: 30_000,
    enabled,
  });
}

/** @param onSaved called also when the form that was saved is gone by then: new settings draw a new one */
export function useSaveSettings(onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (update: SettingsUpdate) => call('PUT /settings', { body: update }),
    onSuccess: async (saved) => {
      onSaved();
      // A response that was sent before is older.
      await client.cancelQueries({ queryKey: KEY });
      client.setQueryData(KEY, saved);
      return client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
    },
  });
}

/** Tries what is given on top of what is stored, and stores nothing. It ends with the page that shows it. */
export function useCheckTarget() {
  const stop = useRef<AbortController>(undefined);
  const check = useMutation({
    mutationFn: (candidate: SettingsCandidate) => {
      stop.current = new AbortController();
      return call('POST /settings/check', { body: candidate, signal: stop.current.signal });
    },
  });
  useEffect(() => () => stop.current?.abort(), []);
  return {
    ...check,
    cancel: () => {
      stop.current?.abort();
      check.reset();
    },
  };
}

export function useTestNotification() {
  return useMutation({
    mutationFn: (candidate: SettingsCandidate) => call('POST /notifications/test', { body: candidate }),
  });
}

export function useSchedulePreview(expression: string, timezone: string) {
  return useQuery({
    queryKey: ['schedule', expression, timezone],
    queryFn: ({ signal }) => call('GET /schedule/preview', { query: { expression, timezone }, signal }),
    enabled: expression.trim() !== '',
  });
}

export function useRetentionPreview() {
  return useMutation({
    mutationFn: (retention: RetentionSettings) => call('POST /retention/preview', { body: { retention } }),
  });
}
