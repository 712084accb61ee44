import { randomBytes } from 'node:crypto';
import { Grafana } from '../../real/grafana.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

export const APP = 'dashkeep-backup-app';

/** Someone who calls Grafana by name and password. */
export interface Person {
  login: string;
  password: string;
}

/** One organization that a test made, with somebody who is its Admin and nothing else anywhere. */
export interface AttackedOrg {
  id: number;
  name: string;
  admin: Person;
  /** Grafana as the server admin, in this organization: for what has to be there before an attack. */
  grafana: Grafana;
}

/**
 * The Grafana that is attacked: the simulator, or the real one at GRAFANA_URL with GRAFANA_ADMIN_USER and
 * GRAFANA_ADMIN_PASSWORD, on which the app must be installed. On a real one a test makes its own organizations and
 * deletes them at the end.
 */
export interface AttackedGrafana {
  url: string;
  user: string;
  password: string;
  /** Undefined for a real Grafana. */
  simulator: Simulator | undefined;
  /** As the server admin, in the main organization. */
  admin: Grafana;
  /** Another organization, with its own Admin. */
  addOrg(name: string): Promise<AttackedOrg>;
  /** An Admin of an organization who isn't a server admin. */
  addAdmin(org: number, login: string): Promise<Person>;
  /** A call of the service through Grafana's plugin proxy, as the app makes it. */
  viaProxy(who: Person, org: number, method: string, path: string, request?: ProxyRequest): Promise<ProxyResponse>;
  close(): Promise<void>;
}

export interface ProxyRequest {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ProxyResponse {
  status: number;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  json: any;
}

/** Opens the Grafana that is attacked. */
export async function openGrafana(): Promise<AttackedGrafana> {
  const { GRAFANA_URL, GRAFANA_ADMIN_USER = 'admin', GRAFANA_ADMIN_PASSWORD = 'admin' } = process.env;
  const simulator = GRAFANA_URL === undefined ? await startGrafana({ profile: '12.4' }) : undefined;
  simulator?.state.plugins.set(APP, { id: APP, name: 'Dashkeep', type: 'app', version: '1.0.0', autoEnabled: false });
  const url = (GRAFANA_URL ?? simulator?.url ?? '').replace(/\/+$/, '');
  const [user, password] = simulator === undefined ? [GRAFANA_ADMIN_USER, GRAFANA_ADMIN_PASSWORD] : ['admin', 'admin'];
  const admin = new Grafana({ url, user, password });
  const mark = randomBytes(3).toString('hex');
  const undo: (() => Promise<unknown>)[] = [];

  async function addAdmin(org: number, login: string): Promise<Person> {
    const person = { login: `${login}-${mark}`, password: `only-for-tests-${mark}` };
    const { id } = await admin.post<{ id: number }>('/api/admin/users', {
      ...person,
      name: person.login,
      email: `${person.login}@example.com`,
      OrgId: org,
    });
    undo.push(() => admin.delete(`/api/admin/users/${id}`));
    await admin.send('PATCH', `/api/orgs/${org}/users/${id}`, { role: 'Admin' });
    return person;
  }

  return {
    url,
    user,
    password,
    simulator,
    admin,
    addAdmin,
    async addOrg(name) {
      const full = `${name} ${mark}`;
      const { orgId } = await admin.post<{ orgId: number | string }>('/api/orgs', { name: full });
      const id = Number(orgId);
      undo.push(() => admin.delete(`/api/orgs/${id}`));
      return { id, name: full, admin: await addAdmin(id, `admin-${id}`), grafana: admin.in(id) };
    },
    async viaProxy(who, org, method, path, { body, headers } = {}) {
      const answer = await fetch(`${url}/api/plugin-proxy/${APP}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${who.login}:${who.password}`).toString('base64')}`,
          'x-grafana-org-id': String(org),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, text, json: parsed(text) };
    },
    async close() {
      if (simulator !== undefined) {
        await simulator.close();
        return;
      }
      for (const step of undo.reverse()) {
        await step().catch((error: unknown) => console.warn('left behind in Grafana:', String(error)));
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
