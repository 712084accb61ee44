import type { Nameable, NamedRef } from '../../pkg/contract/kinds.ts';
import manifest from '../plugin.json';

const BASE = `/a/${manifest.id}`;
export const CONFIGURATION = `/plugins/${manifest.id}?page=configuration`;

/** Whether that page is shown, also below a path of a proxy. */
export function isConfiguration(pathname: string): boolean {
  return pathname.replace(/\/$/, '').endsWith(`/plugins/${manifest.id}`);
}

type Parameters = Record<string, string | readonly string[] | undefined>;

function withQuery(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value ?? []].flat().filter((text) => text !== '')) {
      query.append(name, one);
    }
  }
  const text = query.toString();
  return `${BASE}${path}${text === '' ? '' : `?${text}`}`;
}

/** One resource as a URL parameter: `org/kind/uid`; only the uid may hold a slash. */
export function resourceParameter({ org, kind, uid }: NamedRef): string {
  return `${org}/${kind}/${uid}`;
}

/** What names a resource, without all else that is known of it. */
export function refOf<K extends Nameable>({ org, kind, uid }: { org: number; kind: K; uid: string }) {
  return { org, kind, uid };
}

/** @returns the resource that a parameter of the URL names; undefined if it names none */
export function parseResource(text: string | undefined): NamedRef | undefined {
  const [, org, kind, uid] = /^(\d+)\/([a-z-]+)\/(.+)$/s.exec(text ?? '') ?? [];
  return uid === undefined ? undefined : { org: Number(org), kind: kind as Nameable, uid };
}

/** Every page's address, from one place. */
export const routes = {
  overview: () => withQuery(''),
  history: (filters?: Parameters) => withQuery('/history', filters),
  runs: (filters?: Parameters) => withQuery('/history/runs', filters),
  search: (filters?: Parameters) => withQuery('/history/search', filters),
  run: (id: string) => withQuery(`/runs/${encodeURIComponent(id)}`),
  snapshot: (id: string, filters?: Parameters) => withQuery(`/snapshots/${encodeURIComponent(id)}`, filters),
  versions: (kind: Nameable, uid: string) => withQuery(`/versions/${kind}/${encodeURIComponent(uid)}`),
  changes: (filters?: Parameters) => withQuery('/changes', filters),
  compare: (parameters?: Parameters) => withQuery('/compare', parameters),
  /** With Grafana as it is when the page opens, also in another tab. */
  compareNow: (from: string, resource?: string) =>
    withQuery('/compare', { from, to: 'live', resource, refresh: 'true' }),
  restore: (parameters?: Parameters) => withQuery('/restore', parameters),
  restorePlan: (id: string, parameters?: Parameters) => withQuery(`/restore/${encodeURIComponent(id)}`, parameters),
  send: (parameters?: Parameters) => withQuery('/send', parameters),
  fleet: () => withQuery('/fleet'),
  readiness: () => withQuery('/readiness'),
  /** Without a section: the page of the menu, which opens the first one. */
  settings: (section = 'target') => withQuery(section === '' ? '/settings' : `/settings/${section}`),
};
