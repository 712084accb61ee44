import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Refused, until, type Grafana } from './grafana.ts';

/** Runs a command of the person who runs the suite. @throws when it fails. */
export async function runCommand(command: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`exit code ${code}: ${command}`);
  }
}

/** Waits until Grafana answers and its database works. */
export async function healthy(grafana: Grafana): Promise<void> {
  await until('Grafana to answer', 180, async () => (await grafana.ask('GET', '/api/health')).status === 200);
}

/** Makes Grafana empty, by the command or by deleting everything through its API. */
export async function burn(grafana: Grafana, command: string | undefined): Promise<void> {
  if (command === undefined) {
    await deleteEverything(grafana);
  } else {
    await runCommand(command);
    await healthy(grafana);
  }
}

async function deleteEverything(grafana: Grafana): Promise<void> {
  const orgs = await grafana.get<{ id: number }[]>('/api/orgs?perpage=1000');
  for (const { id } of orgs.filter((one) => one.id !== 1)) {
    await grafana.delete(`/api/orgs/${id}`);
  }
  const users = await grafana.get<{ id: number; login: string }[]>('/api/users?perpage=1000');
  for (const { id } of users.filter(({ login }) => login !== grafana.login.user)) {
    await grafana.delete(`/api/admin/users/${id}`);
  }
  await emptyMainOrg(grafana);
}

/** A kind of the main organization: where it is listed, and where one of it is deleted. */
type Listed = [list: string, path: (one: Record<string, unknown>) => string];

const PROVISIONING = '/api/v1/provisioning';

/** In an order in which nothing that is left refers to what is gone. */
const KINDS: readonly Listed[] = [
  ['/api/dashboard/snapshots?limit=1000', ({ key }) => `/api/snapshots/${key}`],
  ['/api/annotations?limit=100000&from=1&to=4102444800000', ({ id }) => `/api/annotations/${id}`],
  ['/api/search?type=dash-db&limit=5000', ({ uid }) => `/api/dashboards/uid/${uid}`],
  ['/api/folders?limit=1000', ({ uid }) => `/api/folders/${uid}?forceDeleteRules=true`],
  ['/api/playlists?limit=1000', ({ uid }) => `/api/playlists/${uid}`],
  ['/api/datasources', ({ uid }) => `/api/datasources/uid/${uid}`],
  ['/api/alertmanager/grafana/api/v2/silences', ({ id }) => `/api/alertmanager/grafana/api/v2/silence/${id}`],
];

async function emptyMainOrg(grafana: Grafana): Promise<void> {
  for (const [list, path] of KINDS) {
    await deleteAll(grafana, await grafana.get<Record<string, unknown>[]>(list), path);
  }
  const { result } = await grafana.get<{ result: { elements: Record<string, unknown>[] } }>(
    '/api/library-elements?perPage=1000',
  );
  await deleteAll(grafana, result.elements, ({ uid }) => `/api/library-elements/${uid}`);
  await emptyAlerting(grafana);
  const { teams } = await grafana.get<{ teams: Record<string, unknown>[] }>('/api/teams/search?perpage=1000');
  await deleteAll(grafana, teams, ({ id }) => `/api/teams/${id}`);
  const { serviceAccounts } = await grafana.get<{ serviceAccounts: Record<string, unknown>[] }>(
    '/api/serviceaccounts/search?perpage=1000',
  );
  await deleteAll(grafana, serviceAccounts, ({ id }) => `/api/serviceaccounts/${id}`);
  await grafana.put('/api/org/preferences', { theme: '', timezone: '', weekStart: '', homeDashboardUID: '' });
}

async function emptyAlerting(grafana: Grafana): Promise<void> {
  await grafana.delete(`${PROVISIONING}/policies`);
  const points = await grafana.get<{ uid: string; name: string }[]>(`${PROVISIONING}/contact-points`);
  const policies = await grafana.get<{ receiver: string }>(`${PROVISIONING}/policies`);
  await deleteAll(
    grafana,
    points.filter(({ name }) => name !== policies.receiver),
    ({ uid }) => `${PROVISIONING}/contact-points/${uid}`,
  );
  for (const kind of ['mute-timings', 'templates']) {
    const named = await grafana.find<Record<string, unknown>[] | null>(`${PROVISIONING}/${kind}`);
    await deleteAll(grafana, named ?? [], ({ name }) => `${PROVISIONING}/${kind}/${encodeURIComponent(String(name))}`);
  }
}

async function deleteAll(
  grafana: Grafana,
  list: readonly Record<string, unknown>[],
  path: (one: Record<string, unknown>) => string,
): Promise<void> {
  for (const one of list) {
    await grafana.delete(path(one)).catch(unlessGone);
  }
}

/** Some go with others: an annotation with its dashboard, an expired silence by itself. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refused && error.status === 404)) {
    throw error;
  }
}
