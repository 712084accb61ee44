import { expect } from 'vitest';
import type { Manifest } from '../../../../pkg/contract/manifest.ts';
import { DASHBOARDS, start, type Bench } from '../../harness.ts';

/** Small pages, so that a list has many. */
export const PAGES = { pageBytes: 8_000 };
export const COUNT = 36;
const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

/** A Grafana with some folders of dashboards, backed up once; `options` are those of the simulator. */
export async function backedUp(
  options: Partial<Parameters<typeof start>[0]> = {},
): Promise<Bench & { first: Manifest }> {
  const bench = await start({ profile: '13.2', ...PAGES, ...options });
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
  const first = await bench.backup({ kinds: DASHBOARDS });
  bench.grafana.clearRequests();
  return { ...bench, first };
}

/** How many pages of dashboards were asked for; who deleted some is another question. */
export function pages({ grafana }: Bench): number {
  return grafana.requests.filter(
    ({ path, query }) => /^\/apis\/dashboard\..*\/dashboards$/.test(path) && !query.includes('get-trash'),
  ).length;
}

export async function send({ grafana }: Bench, route: string, body?: object, org = 1): Promise<void> {
  const [method, path] = route.split(' ');
  const answer = await fetch(grafana.url + path, {
    method,
    headers: { ...ADMIN, 'x-grafana-org-id': String(org) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
}

export function save(bench: Bench, uid: string, title: string, folderUid = '', org = 1): Promise<void> {
  const dashboard = { uid, title, panels: [], schemaVersion: 39 };
  return send(bench, 'POST /api/dashboards/db', { dashboard, folderUid, overwrite: true }, org);
}

/** `org/uid` of the dashboards that a snapshot holds. */
export function held(manifest: Manifest): string[] {
  return manifest.resources.filter(({ kind }) => kind === 'dashboard').map(({ org, uid }) => `${org}/${uid}`);
}

/** `org/uid` of the dashboards that the simulated Grafana has. */
export function live({ grafana }: Bench): string[] {
  return [...grafana.state.orgs.values()].flatMap(({ id, dashboards }) =>
    [...dashboards.keys()].sort().map((uid) => `${id}/${uid}`),
  );
}
