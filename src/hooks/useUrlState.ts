import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** The new parameters of the URL; an empty text, an empty list or undefined removes a parameter. */
export type UrlChanges = Record<string, string | readonly string[] | undefined>;

export interface UrlState {
  /** A parameter's first value, or an empty text. */
  read: (name: string) => string;
  readAll: (name: string) => string[];
  change: (changes: UrlChanges) => void;
}

/** Filters and choices that live in the URL, so that a page can be reloaded, shared and gone back to. */
export function useUrlState(): UrlState {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const read = useCallback((name: string) => parameters.get(name) ?? '', [parameters]);
  const readAll = useCallback((name: string) => parameters.getAll(name), [parameters]);
  const change = useCallback(
    (changes: UrlChanges) => {
      const next = new URLSearchParams(parameters);
      for (const [name, value] of Object.entries(changes)) {
        next.delete(name);
        for (const one of [value ?? []].flat().filter((text) => text !== '')) {
          next.append(name, one);
        }
      }
      void navigate({ pathname, search: next.toString() }, { replace: true });
    },
    [navigate, parameters, pathname],
  );
  return { read, readAll, change };
}
