import { Agent, request } from 'undici';
import { compact } from '../../pkg/contract/compact.ts';

/** How requests are distinguished: the route as Grafana names it in its metrics. */
export type Routes = ReadonlyMap<string, number>;

interface GrafanaResponse {
  status: number;
  text: string;
}

/** A running Grafana, as its administrator. The password comes from the environment. */
export class RealGrafana {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly authorization: string;
  readonly #agent = new Agent({ connections: 16 });

  /** @throws when the environment has no GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD. */
  constructor(url: string, environment: NodeJS.ProcessEnv) {
    const { GRAFANA_ADMIN_USER: user, GRAFANA_ADMIN_PASSWORD: password } = environment;
    if (user === undefined || password === undefined) {
      throw new Error('Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD to an administrator of this Grafana.');
    }
    this.url = url.replace(/\/+$/, '');
    this.user = user;
    this.password = password;
    this.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: string): Promise<GrafanaResponse> {
    const answer = await request(
      this.url + path,
      compact({
        method,
        headers: { authorization: this.authorization, 'content-type': 'application/json' },
        dispatcher: this.#agent,
        body,
      }),
    );
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** @throws when Grafana refuses. */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, body?: string): Promise<unknown> {
    const { status, text } = await this.ask(method, path, body);
    if (status >= 300) {
      throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    }
    return JSON.parse(text) as unknown;
  }

  async version(): Promise<string> {
    return ((await this.call('GET', '/api/health')) as { version: string }).version;
  }

  /**
   * The preferred version of `/apis/dashboard.grafana.app` and of folders; undefined where dashboards are not served
   * there.
   */
  async apis(): Promise<{ dashboard: string; folder: string } | undefined> {
    const { status, text } = await this.ask('GET', '/apis');
    const groups = status === 200 ? (JSON.parse(text) as { groups: Group[] }).groups : [];
    const preferred = (name: string): string | undefined =>
      groups.find((group) => group.name === name)?.preferredVersion.version;
    const [dashboard, folder] = [preferred('dashboard.grafana.app'), preferred('folder.grafana.app')];
    const isOld = Number((await this.version()).split('.')[0]) < 12;
    return isOld || dashboard === undefined || folder === undefined ? undefined : { dashboard, folder };
  }

  /** Uids of all dashboards. */
  async uids(): Promise<string[]> {
    const uids: string[] = [];
    for (let page = 1; ; page++) {
      const hits = (await this.call('GET', `/api/search?type=dash-db&limit=5000&page=${page}`)) as { uid: string }[];
      uids.push(...hits.map(({ uid }) => uid));
      if (hits.length < 5000) {
        return uids;
      }
    }
  }

  /** Requests answered so far by route, from `/metrics`; undefined where that is switched off. */
  async requests(): Promise<Routes | undefined> {
    const { status, text } = await this.ask('GET', '/metrics');
    if (status !== 200) {
      return undefined;
    }
    const routes = new Map<string, number>();
    for (const [, labels = '', count] of text.matchAll(/^grafana_http_request_duration_seconds_count{(.*)} (\S+)$/gm)) {
      const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
      if (label('handler') !== '/metrics') {
        const route = `${label('method')} ${label('handler')}`;
        routes.set(route, (routes.get(route) ?? 0) + Number(count));
      }
    }
    return routes;
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

interface Group {
  name: string;
  preferredVersion: { version: string };
}

/** How many requests each route answered in between, the most first. */
export function between(before: Routes, after: Routes): [route: string, count: number][] {
  return [...after]
    .map(([route, count]): [string, number] => [route, count - (before.get(route) ?? 0)])
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
}
