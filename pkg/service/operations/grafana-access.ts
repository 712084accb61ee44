import type { SnapshotScope } from '../../contract/manifest.ts';
import { reasonOf } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { GrafanaClient } from '../../grafana/http/client.ts';
import { patienceAtStart } from '../../engine/restarts.ts';
import type { OnProgress } from '../../engine/progress.ts';
import type { KnownPreviews } from '../../grafana/known-previews.ts';
import type { CredentialSource } from '../../grafana/http/credentials.ts';
import { connect, isServerAdmin, type Instance } from '../../grafana/instance.ts';

/** How the service gets into Grafana now; tokens change under it. */
export interface GrafanaAccess {
  credentials: () => CredentialSource;
  /** Of further orgs. */
  orgCredentials: () => ReadonlyMap<number, CredentialSource>;
  /** Of a server admin, to read what belongs to the whole server; undefined where the deployment gives none. */
  serverAdmin: () => CredentialSource | undefined;
  /** Names of all organizations of this Grafana by id; undefined where no one can be asked. */
  existing: () => ReadonlyMap<number, string> | undefined;
  /** Takes notice of organizations that were made meanwhile: what a run covers must not depend on when they were. */
  noticeOrgs: () => Promise<void>;
}

export interface InstanceOptions {
  grafana: { url: string; caFile?: string; concurrency?: number; timeout?: number };
  access: GrafanaAccess;
  /** The record of temporary copies. */
  previews?: KnownPreviews;
  /** Whether to read what belongs to the whole server too, where that is possible. */
  readsServer?: boolean;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/**
 * Lends a connected Grafana for as long as the action takes.
 * @param onProgress - of a run: it waits for a Grafana that is down, and this says so. Whatever a person waits for
 * fails.
 */
export type WithInstance = <T>(
  signal: AbortSignal,
  action: (instance: Instance) => Promise<T>,
  onProgress?: OnProgress,
) => Promise<T>;

/** Connects to Grafana, does the work, and closes the connections whatever happens. */
export async function withInstance<T>(
  options: InstanceOptions,
  orgs: 'all' | number[] | undefined,
  signal: AbortSignal,
  action: (instance: Instance) => Promise<T>,
  onProgress?: OnProgress,
): Promise<T> {
  const { grafana, access, previews, readsServer, clock, randomness, log } = options;
  const client = GrafanaClient.open({ ...grafana, credentials: access.credentials(), clock, randomness, log });
  let server: GrafanaClient | undefined;
  try {
    if (onProgress !== undefined) {
      await access.noticeOrgs();
    }
    const orgCredentials = access.orgCredentials();
    const patience = onProgress === undefined ? undefined : patienceAtStart({ clock, onProgress, signal });
    const instance = await connect({ client, orgs, orgCredentials, signal, patience });
    server = readsServer === true ? await serverClient(options, signal) : undefined;
    const scope = scopeOf(instance, access.existing());
    const serverAdmin = scope.serverAdmin || server !== undefined;
    return await action({ ...instance, server, scope: { ...scope, serverAdmin }, previews });
  } finally {
    await Promise.all([client.close(), server?.close()]);
  }
}

/**
 * Acts as a server admin. Undefined where there are no credentials or Grafana refuses them: then the snapshot says what
 * it lacks, as on an installation without them.
 */
export async function serverClient(
  { grafana, access, clock, randomness, log }: InstanceOptions,
  signal: AbortSignal,
): Promise<GrafanaClient | undefined> {
  const credentials = access.serverAdmin();
  if (credentials === undefined) {
    return undefined;
  }
  const client = GrafanaClient.open({ ...grafana, credentials, clock, randomness, log });
  try {
    if (await isServerAdmin(client, signal)) {
      return client;
    }
    log.warn({}, 'the admin whose password the deployment gives is not a server admin');
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ reason: reasonOf(error) }, 'Grafana did not accept the admin whose password the deployment gives');
  }
  await client.close();
  return undefined;
}

/** What a token does not show is known to the admin who makes the tokens. */
function scopeOf({ scope, orgs }: Instance, existing: ReadonlyMap<number, string> | undefined): SnapshotScope {
  if (existing === undefined || scope.others !== undefined) {
    return scope;
  }
  const reached = new Set(orgs.map(({ id }) => id));
  return { ...scope, others: [...existing].flatMap(([id, name]) => (reached.has(id) ? [] : [{ id, name }])) };
}
