import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import type { Manifest } from '../contract/manifest.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import type { CredentialSource } from '../grafana/http/credentials.ts';
import type { Instance } from '../grafana/instance.ts';
import { grafanaIdentity } from '../grafana/server-identity.ts';
import { CONNECTIONS } from '../repository/layout.ts';
import { withInstance, type GrafanaLink } from './grafana.ts';
import type { Session } from './session.ts';

/** Another Grafana than the one that is backed up. */
export interface Connection extends Required<Pick<GrafanaLink, 'orgs'>>, Pick<GrafanaLink, 'url' | 'caFile'> {
  name: string;
  /** The start of its variables. */
  prefix: string;
  credentials: CredentialSource;
}

/** The link to the Grafana of a connection. */
export function linkOf(
  { url, caFile, orgs, credentials }: Connection,
  ports: Pick<GrafanaLink, 'outbound' | 'concurrency' | 'timeout' | 'clock' | 'randomness' | 'log'>,
): GrafanaLink {
  return {
    ...ports,
    ...compact({ caFile }),
    url,
    orgs,
    credentials: () => credentials,
    orgCredentials: () => new Map(),
  };
}

/** Address of the repository of a connection: for its safety snapshots, records and locks. */
export function targetOfConnection(target: string, { name }: Pick<Connection, 'name'>): string {
  return `${target.replace(/\/+$/, '')}/${CONNECTIONS}${name}`;
}

/** Two Grafanas are involved, so errors name the connection. */
export function withName(name: string, error: unknown): unknown {
  if (!(error instanceof DashkeepError) || !error.code.startsWith('DK_GRAFANA_')) {
    return error;
  }
  const { code, message, advice } = error;
  return new DashkeepError(code, `connection ${name}: ${message}`, { cause: error, ...compact({ advice }) });
}

/**
 * Asserts that a snapshot goes to another Grafana than the one that it is of, by address and by signing keys.
 * @param source - with the Grafana that is backed up, where that can be reached
 * @throws DK_USAGE
 */
export async function assertAnotherGrafana(
  source: Pick<Session, 'grafana'>,
  { grafana }: Manifest,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const { url } = instance;
  const isSame = url === grafana.url || (await sharesKeys(source, instance, signal));
  if (isSame) {
    throw refusal('DK_USAGE', reason('same-grafana', { url }), { advice: reason('restore-here') });
  }
}

async function sharesKeys(source: Pick<Session, 'grafana'>, { orgs }: Instance, signal: AbortSignal): Promise<boolean> {
  const here = await keysOf(orgs, signal);
  if (here.length === 0) {
    return false;
  }
  try {
    return await withInstance(source.grafana(), signal, async (instance) =>
      (await keysOf(instance.orgs, signal)).some((key) => here.includes(key)),
    );
  } catch {
    // A snapshot can be sent on when its Grafana is gone.
    signal.throwIfAborted();
    return false;
  }
}

async function keysOf([org]: Instance['orgs'], signal: AbortSignal): Promise<string[]> {
  return org === undefined ? [] : grafanaIdentity(org.client, signal);
}
