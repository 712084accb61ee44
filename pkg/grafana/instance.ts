import { setMaxListeners } from 'node:events';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { isJsonObject, numberAt, objectAt, type Json } from '../lib/json/json.ts';
import { discover, firstOf, type Capabilities } from './capabilities.ts';
import type { GrafanaClient } from './http/client.ts';
import type { CredentialSource } from './http/credentials.ts';
import { isUnreadable } from './http/errors.ts';
import type { KindContext } from './kinds/kind.ts';
import type { Patience } from './http/outage.ts';
import type { KnownPreviews } from './known-previews.ts';
import { assertReached, isScratchOrg, listOrgs, orgNameOf, reachesOther, UNREAD_NAME } from './orgs.ts';
import type { SnapshotScope } from '../contract/manifest.ts';
import { hasCode, valueIf } from '../lib/expected-errors.ts';

export interface Org {
  id: number;
  name: string;
  /** Acts in this org. */
  client: GrafanaClient;
}

/** How many organizations an error names. */
const MOST_NAMED = 10;

/** One Grafana, discovered, with the orgs that a run works on. */
export interface Instance {
  url: string;
  capabilities: Capabilities;
  orgs: Org[];
  /** The org that the credentials are in. */
  home: number;
  serverAdmin: boolean;
  /** Acts as a server admin where `orgs` do not; for reading what belongs to the whole server. */
  server?: GrafanaClient;
  /** Why there is no `server`, where Grafana refuses the credentials for it. */
  serverRefusal?: DashkeepError;
  /** Which of its orgs these are. */
  scope: SnapshotScope;
  /** Temporary copies that are in it, where someone keeps a record of them. */
  previews?: KnownPreviews;
}

export interface ConnectOptions {
  client: GrafanaClient;
  /** `all`, ids, `reached` for all of a server admin, or undefined for the one org that the credentials are in. */
  orgs?: 'all' | 'reached' | number[];
  /** IDs of orgs that an earlier backup knew: none of them is temporary, whatever its Admins name it. */
  lasting?: ReadonlySet<number>;
  /** Tokens of further orgs, by org id; with basic authentication none are needed. */
  orgCredentials?: ReadonlyMap<number, CredentialSource>;
  /** Go on only as a server admin with name and password. */
  needsServerAdmin?: boolean;
  /** How a Grafana that is down is waited for; not at all without it. */
  patience?: Patience;
  signal?: AbortSignal;
}

/**
 * Discovers a Grafana and opens the orgs asked for.
 * @throws DK_SETTINGS when an org can't be reached with the credentials at hand; it is never left out silently. Also
 * when a server admin is needed, and these are not the credentials of one.
 */
export async function connect(options: ConnectOptions): Promise<Instance> {
  const { client, signal, patience } = options;
  if (patience !== undefined) {
    client.waitOutRestarts(patience);
  }
  const own = homeOrg(client, signal);
  const capabilities = await firstOf(discover(client, signal), own);
  const home = await own;
  const serverAdmin = client.identity === 'basic' && (await isServerAdmin(client, signal));
  if (options.needsServerAdmin === true && !serverAdmin) {
    throw notServerAdmin(client.identity);
  }
  const asked = options.orgs === 'reached' ? (serverAdmin ? 'all' : undefined) : options.orgs;
  const { wanted, existing } = await wantedOrgs({ ...options, orgs: asked }, home);
  const orgs = wanted.map(({ id, name }) => ({ id, name, client: clientInOrg(options, home.id, id) }));
  if (client.identity === 'basic') {
    const others = orgs.filter((org) => org.id !== home.id || org.client.identity === 'token');
    await Promise.all(others.map((org) => assertReached(org.client, org.id, signal)));
  }
  const others = existing?.filter(({ id }) => !wanted.some((org) => org.id === id));
  const chosen = asked === undefined ? 'own' : asked === 'all' ? 'all' : 'chosen';
  const scope: SnapshotScope = compact({ orgs: chosen, serverAdmin, others });
  const known = new Set([home.id, ...(options.orgCredentials?.keys() ?? [])]);
  wanted.forEach(({ id }) => known.delete(id));
  if (others === undefined && known.size > 0) {
    scope.alsoKnown = [...known].sort((a, b) => a - b);
  }
  return { url: client.url, capabilities, orgs, home: home.id, serverAdmin, scope };
}

/** What to give where organizations and users are restored. */
export function notServerAdmin(identity: GrafanaClient['identity']): DashkeepError {
  return new DashkeepError('DK_SETTINGS', 'restoring organizations and users needs the credentials of a server admin', {
    advice: reason(identity === 'token' ? 'replace-token-by-server-admin' : 'use-server-admin'),
  });
}

/**
 * The org that the credentials are in. Reading it needs a right (`orgs:read`) that a small token may lack; the page
 * data shows it to anybody who is signed in, and a Grafana that says nothing at all has one org.
 */
export async function homeOrg(client: GrafanaClient, signal?: AbortSignal): Promise<NamedOrg> {
  const org = await ifAllowed(client.get('/api/org', { signal }));
  if (org !== undefined) {
    return orgOf(org);
  }
  const user = objectAt(await ifAllowed(client.get('/bootdata', { signal })), 'user');
  return { id: numberAt(user, 'orgId') ?? 1, name: orgNameOf(user, 'orgName') };
}

function ifAllowed(answer: Promise<Json>): Promise<Json | undefined> {
  return answer.catch(valueIf(hasCode('DK_GRAFANA_FORBIDDEN', 'DK_GRAFANA_NOT_FOUND'), undefined));
}

function orgOf(answer: Json): NamedOrg {
  const id = numberAt(answer, 'id');
  if (id === undefined) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'GET /api/org: the response names no organization');
  }
  return { id, name: orgNameOf(answer) };
}

interface NamedOrg {
  id: number;
  name: string;
}

/** The orgs of a run, and those that exist, where Grafana says so. */
async function wantedOrgs(
  { orgs, ...options }: ConnectOptions & { orgs: 'all' | number[] | undefined },
  home: NamedOrg,
): Promise<{ wanted: NamedOrg[]; existing?: NamedOrg[] }> {
  const { client, orgCredentials, signal } = options;
  if (orgs === undefined) {
    const hasOwn = orgCredentials?.has(home.id) === true;
    return { wanted: [hasOwn ? await orgBehind(clientInOrg(options, home.id, home.id), home.id, signal) : home] };
  }
  if (client.identity === 'basic') {
    const all = (await listOrgs(client, signal)).map(orgOf).sort((a, b) => a.id - b.id);
    const missing = orgs === 'all' ? [] : orgs.filter((id) => !all.some((org) => org.id === id));
    if (missing.length > 0) {
      throw noSuchOrg(missing, all);
    }
    const existing = all.filter(({ id, name }) => options.lasting?.has(id) === true || !isScratchOrg(name));
    return { wanted: orgs === 'all' ? existing : all.filter((org) => orgs.includes(org.id)), existing };
  }
  const ids = orgs === 'all' ? [home.id, ...(orgCredentials?.keys() ?? [])] : orgs;
  // Before the first request: a missing token must not end this while others still run.
  const clients = [...new Set(ids)]
    .sort((a, b) => a - b)
    .map((id) => ({ id, client: clientInOrg(options, home.id, id) }));
  return { wanted: await Promise.all(clients.map(({ id, client: own }) => orgBehind(own, id, signal))) };
}

/**
 * For requested organizations that do not exist.
 * @param existing - named where they are few: someone may have given the ID in a snapshot
 */
export function noSuchOrg(ids: readonly number[], existing: readonly Pick<Org, 'id'>[] = []): DashkeepError {
  const isFew = existing.length > 0 && existing.length <= MOST_NAMED;
  const only = isFew ? `, only ${existing.map(({ id }) => id).join(', ')}` : '';
  return new DashkeepError('DK_SETTINGS', `Grafana has no organization ${ids.join(', ')}${only}`);
}

/**
 * The organization that a token is given for. One whose name is too long to be read must not keep out all others.
 * @throws DK_GRAFANA_ANSWER for a token of another organization
 */
async function orgBehind(client: GrafanaClient, id: number, signal: AbortSignal | undefined): Promise<NamedOrg> {
  const org = await client
    .get('/api/org', { signal })
    .then(orgOf)
    .catch(valueIf(isUnreadable, { id, name: UNREAD_NAME }));
  if (org.id !== id) {
    throw reachesOther(client, id, org.id);
  }
  return org;
}

function clientInOrg(options: ConnectOptions, home: number, org: number): GrafanaClient {
  const own = options.orgCredentials?.get(org);
  if (own !== undefined) {
    return options.client.inOrg(org, own);
  }
  if (options.client.identity === 'token' && org !== home) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `no token for organization ${org}: a token is valid in only one organization`,
      {
        advice: reason('set-org-token', { org: String(org) }),
      },
    );
  }
  return options.client.inOrg(org);
}

/** Whether these are the credentials of a server admin. @throws GrafanaError where Grafana refuses them */
export async function isServerAdmin(client: GrafanaClient, signal?: AbortSignal): Promise<boolean> {
  const user = await ifAllowed(client.get('/api/user', { signal }));
  return isJsonObject(user) && user['isGrafanaAdmin'] === true;
}

/**
 * What kinds work with in one org, for one run.
 * @param scope - of these kinds; what belongs to the whole server is read as a server admin, where there is one
 */
export function kindContext(
  instance: Instance,
  org: Org,
  run: Pick<KindContext, 'clock' | 'log' | 'signal' | 'decryptSecrets' | 'onWait' | 'expectedUsers'>,
  scope: 'org' | 'server' = 'org',
): KindContext {
  const server = scope === 'server' ? instance.server : undefined;
  // Every request under way listens to the run's signal, and there are many.
  setMaxListeners(0, run.signal);
  const memory = new Map<string, Promise<unknown>>();
  return {
    grafana: server?.inOrg(org.id) ?? org.client,
    capabilities: instance.capabilities,
    org: { id: org.id, name: org.name },
    namespace: org.id === 1 ? 'default' : `org-${org.id}`,
    serverAdmin: server !== undefined || instance.serverAdmin,
    previews: instance.previews,
    ...run,
    memo<T>(key: string, load: () => Promise<T>): Promise<T> {
      const loaded = memory.get(key) ?? load();
      memory.set(key, loaded);
      return loaded as Promise<T>;
    },
  };
}
