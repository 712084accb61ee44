/** An answer that was not the one asked for. Its message holds the request and the start of the answer. */
export class Refused extends Error {
  readonly status: number;

  constructor(method: string, path: string, org: number, { status, text }: GrafanaResponse) {
    super(`${method} ${path} (org ${org}) answered ${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }
}

export interface GrafanaResponse {
  status: number;
  text: string;
}

export interface Login {
  url: string;
  user: string;
  password: string;
}

/** What `/apis` serves: the versions of each group. */
export type Served = Map<string, string[]>;

/** Grafana's HTTP API as a server admin, in one organization. */
export class Grafana {
  readonly login: Login;
  readonly org: number;
  readonly #authorization: string;

  constructor(login: Login, org = 1) {
    this.login = login;
    this.org = org;
    this.#authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  }

  /** The same Grafana in another organization. */
  in(org: number): Grafana {
    return new Grafana(this.login, org);
  }

  /** The namespace of this organization in `/apis` paths. */
  get namespace(): string {
    return this.org === 1 ? 'default' : `org-${this.org}`;
  }

  /** Sends one request; any status is an answer. @throws when there is no answer at all. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<GrafanaResponse> {
    const response = await fetch(`${this.login.url}${path}`, {
      method,
      headers: {
        authorization: this.#authorization,
        'x-grafana-org-id': String(this.org),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The JSON of the answer. @throws Refused for any status but 2xx. */
  async send<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await this.ask(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) {
      throw new Refused(method, path, this.org, answer);
    }
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
  }

  get<T = unknown>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  /** Like get, but undefined where the server answers one of these statuses. */
  async find<T = unknown>(path: string, absent: readonly number[] = [404]): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof Refused && absent.includes(error.status)) {
        return undefined;
      }
      throw error;
    }
  }

  post<T = unknown>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.send<T>('POST', path, body, headers);
  }

  put<T = unknown>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.send<T>('PUT', path, body, headers);
  }

  delete<T = unknown>(path: string): Promise<T> {
    return this.send<T>('DELETE', path);
  }

  /** The version in numbers, such as [12, 4]. */
  async version(): Promise<[number, number]> {
    const { version } = await this.get<{ version: string }>('/api/health');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return [major, minor];
  }

  /** The groups of `/apis` with their versions, preferred first; empty where there are none. */
  async served(): Promise<Served> {
    const list = await this.find<{ groups: { name: string; versions: { version: string }[] }[] }>('/apis', [403, 404]);
    return new Map(list?.groups.map(({ name, versions }) => [name, versions.map(({ version }) => version)]));
  }

  /** Whether a group's version serves this resource, such as `inhibitionrules`. */
  async serves(group: string, version: string, resource: string): Promise<boolean> {
    const list = await this.find<{ resources: { name: string }[] }>(`/apis/${group}/${version}`, [403, 404]);
    return list?.resources.some(({ name }) => name === resource) ?? false;
  }

  /** The path of a resource of `/apis` in this organization. */
  resource(group: string, version: string, resource: string): string {
    return `/apis/${group}/${version}/namespaces/${this.namespace}/${resource}`;
  }
}

/** Waits until the check is true. @throws naming what was waited for, after that many seconds. */
export async function until(what: string, seconds: number, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (await check().catch(() => false)) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${seconds} s for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Does something with each of a list, a few at a time. */
export async function eachOf<T>(list: readonly T[], action: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await action(next);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
