import type { SnapshotScope } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { GrafanaClient } from '../../grafana/http/client.ts';
import { patienceAtStart } from '../../engine/restarts.ts';
import type { OnProgress } from '../../engine/progress.ts';
import type { KnownPreviews } from '../../grafana/known-previews.ts';
import type { CredentialSource } from '../../grafana/http/credentials.ts';
import { connect, type Instance } from '../../grafana/instance.ts';

/** How the service gets into Grafana now; tokens change under it. */
export interface GrafanaAccess {
  credentials: () => CredentialSource;
  /** Of further orgs. */
  orgCredentials: () => ReadonlyMap<number, CredentialSource>;
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
  { grafana, access, previews, clock, randomness, log }: InstanceOptions,
  orgs: 'all' | number[] | undefined,
  signal: AbortSignal,
  action: (instance: Instance) => Promise<T>,
  onProgress?: OnProgress,
): Promise<T> {
  const client = GrafanaClient.open({ ...grafana, credentials: access.credentials(), clock, randomness, log });
  try {
    if (onProgress !== undefined) {
      await access.noticeOrgs();
    }
    const orgCredentials = access.orgCredentials();
    const patience = onProgress === undefined ? undefined : patienceAtStart({ clock, onProgress, signal });
    const instance = await connect({ client, orgs, orgCredentials, signal, patience });
    return await action({ ...instance, scope: scopeOf(instance, access.existing()), previews });
  } finally {
    await client.close();
  }
}

/** What a token does not show is known to the admin who makes the tokens. */
function scopeOf({ scope, orgs }: Instance, existing: ReadonlyMap<number, string> | undefined): SnapshotScope {
  if (existing === undefined || scope.others !== undefined) {
    return scope;
  }
  const reached = new Set(orgs.map(({ id }) => id));
  return { ...scope, others: [...existing].flatMap(([id, name]) => (reached.has(id) ? [] : [{ id, name }])) };
}
