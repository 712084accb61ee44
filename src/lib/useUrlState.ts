import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';

type Changes = Record<string, string | undefined>;

/** Filters and choices that live in the URL, so that a page can be reloaded, shared and gone back to. */
export function useUrlState(): [read: (name: string) => string, change: (changes: Changes) => void] {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const read = useCallback((name: string) => parameters.get(name) ?? '', [parameters]);
  const change = useCallback(
    (changes: Changes) => {
      const next = new URLSearchParams(parameters);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === '') {
          next.delete(name);
        } else {
          next.set(name, value);
        }
      }
      void navigate({ pathname, search: next.toString() }, { replace: true });
    },
    [navigate, parameters, pathname],
  );
  return [read, change];
}
