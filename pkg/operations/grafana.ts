import type { SnapshotScope } from '../contract/manifest.ts';
import { compact } from '../contract/compact.ts';
import { asDashkeepError, type DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { OnProgress } from '../engine/progress.ts';
import { patienceAtStart } from '../engine/restarts.ts';
import { GrafanaClient } from '../grafana/http/client.ts';
import type { CredentialSource } from '../grafana/http/credentials.ts';
import { GrafanaError } from '../grafana/http/errors.ts';
import type { Patience } from '../grafana/http/outage.ts';
import { connect, isServerAdmin, noSuchOrg, type ConnectOptions, type Instance } from '../grafana/instance.ts';
import type { OutboundPolicy } from '../storage/outbound/policy.ts';
import type { KnownPreviews } from '../grafana/known-previews.ts';

/** Credentials for Grafana as they are now; tokens may change under a service. */
export interface GrafanaAccess {
  credentials: () => CredentialSource;
  /** Of further organizations. */
  orgCredentials: () => ReadonlyMap<number, CredentialSource>;
  /**
   * Of a server admin, to read what belongs to the whole server beside what the credentials reach.
   * @throws where it is known that Grafana refuses them
   */
  serverAdmin?: () => CredentialSource | undefined;
  /** Whether the deployment excludes what belongs to the whole server. */
  excludesServerKinds?: boolean;
  /** Names of all organizations of this Grafana by id; undefined where no one can be asked. */
  existing?: () => ReadonlyMap<number, string> | undefined;
  /** Takes notice of organizations that were made meanwhile: what a run covers must not depend on when they were. */
  noticeOrgs?: () => Promise<void>;
}

/** Where Grafana is, how to get in, and to which organizations. */
export interface GrafanaLink extends GrafanaAccess, Pick<ConnectOptions, 'orgs' | 'lasting' | 'needsServerAdmin'> {
  url: string;
  /** Where the address may lead; anywhere without it. */
  outbound?: OutboundPolicy;
  caFile?: string;
  concurrency?: number;
  timeout?: number;
  /** The record of temporary copies. */
  previews?: KnownPreviews;
  /** Whether to read what belongs to the whole server too, where that is possible. */
  readsServer?: boolean;
  /** Milliseconds that a run waits for a Grafana that is down when it begins; those of the client by default. */
  startWithin?: number;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** The organizations that commands work on. @param selected - undefined for all that the credentials reach */
export function orgsOfCommands(selected: 'all' | number[] | undefined): Required<ConnectOptions>['orgs'] {
  return selected ?? 'reached';
}

/**
 * Connects to Grafana, does the work, and closes the connections whatever happens.
 * @param onProgress - of a run: it waits for a Grafana that is down, and this says so. Whatever a person waits for
 * fails.
 */
export async function withInstance<T>(
  link: GrafanaLink,
  signal: AbortSignal,
  action: (instance: Instance) => Promise<T>,
  onProgress?: OnProgress,
): Promise<T> {
  const { orgs, lasting, needsServerAdmin, previews, clock } = link;
  const client = openClient(link, link.credentials());
  let server: GrafanaClient | undefined;
  let serverRefusal: DashkeepError | undefined;
  const onRefusal = (error: DashkeepError): void => void (serverRefusal = error);
  try {
    if (onProgress !== undefined) {
      await link.noticeOrgs?.();
    }
    const orgCredentials = link.orgCredentials();
    assertExisting(link, orgCredentials);
    const patience =
      onProgress === undefined ? undefined : patienceAtStart({ clock, onProgress, signal }, link.startWithin);
    const instance = await connect({ client, orgs, lasting, orgCredentials, needsServerAdmin, signal, patience });
    server = link.readsServer === true ? await serverClient(link, signal, { patience, onRefusal }) : undefined;
    const scope = scopeOf(instance, link.existing?.());
    const serverAdmin = scope.serverAdmin || server !== undefined;
    const connected = compact({ ...instance, server, serverRefusal, previews });
    return await action({ ...connected, scope: withServerKinds({ ...scope, serverAdmin }, link) });
  } finally {
    await Promise.all([client.close(), server?.close()]);
  }
}

export interface ServerClientOptions {
  /** How a Grafana that is down is waited for; not at all without it. */
  patience?: Patience;
  /** Learns why Grafana refuses the credentials. */
  onRefusal?: (error: DashkeepError) => void;
}

/**
 * Acts as a server admin. Undefined where there are no credentials or Grafana refuses them: then the snapshot says what
 * it lacks, as on an installation without them.
 */
export async function serverClient(
  link: GrafanaLink,
  signal: AbortSignal,
  { patience, onRefusal }: ServerClientOptions = {},
): Promise<GrafanaClient | undefined> {
  const { log } = link;
  let client: GrafanaClient | undefined;
  try {
    const credentials = link.serverAdmin?.();
    if (credentials === undefined) {
      return undefined;
    }
    client = openClient(link, credentials);
    if (patience !== undefined) {
      client.waitOutRestarts(patience);
    }
    if (await isServerAdmin(client, signal)) {
      return client;
    }
    log.warn({}, 'the admin configured in the deployment is not a server admin');
  } catch (error) {
    signal.throwIfAborted();
    const problem = asDashkeepError(error);
    // Without a client, an earlier request was refused.
    const isRefusal =
      client === undefined || (problem instanceof GrafanaError && [401, 403].includes(problem.httpStatus));
    if (isRefusal) {
      onRefusal?.(problem);
    }
    log.warn(
      { reason: problem.message },
      isRefusal
        ? 'Grafana did not accept the admin configured in the deployment'
        : 'Grafana could not be asked whether it accepts the admin configured in the deployment',
    );
  }
  await client?.close();
  return undefined;
}

function openClient(
  { url, outbound, caFile, concurrency, timeout, clock, randomness, log }: GrafanaLink,
  credentials: CredentialSource,
): GrafanaClient {
  return GrafanaClient.open({ url, outbound, caFile, concurrency, timeout, credentials, clock, randomness, log });
}

/** Only the admin who creates the tokens knows whether an organization without a token exists. */
function assertExisting({ orgs, existing }: GrafanaLink, tokens: ReadonlyMap<number, unknown>): void {
  const names = existing?.();
  const missing = Array.isArray(orgs) && names ? orgs.filter((id) => !names.has(id) && !tokens.has(id)) : [];
  if (missing.length > 0) {
    throw noSuchOrg(missing);
  }
}

/** The scope with whether the deployment excludes what belongs to the whole server. */
export function withServerKinds(
  scope: SnapshotScope,
  { excludesServerKinds }: Pick<GrafanaAccess, 'excludesServerKinds'>,
): SnapshotScope {
  return excludesServerKinds === true && !scope.serverAdmin ? { ...scope, serverKinds: false } : scope;
}

/** What a token does not show is known to the admin who makes the tokens. */
function scopeOf({ scope, orgs }: Instance, existing: ReadonlyMap<number, string> | undefined): SnapshotScope {
  if (existing === undefined || scope.others !== undefined) {
    return scope;
  }
  const reached = new Set(orgs.map(({ id }) => id));
  const { alsoKnown: _, ...rest } = scope;
  return { ...rest, others: [...existing].flatMap(([id, name]) => (reached.has(id) ? [] : [{ id, name }])) };
}
