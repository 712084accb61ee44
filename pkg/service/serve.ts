import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { neededAccess, type KubernetesRights } from '../kubernetes/access.ts';
import { KubeClient } from '../kubernetes/client.ts';
import { Election } from '../kubernetes/election.ts';
import { SecretState } from '../kubernetes/state.ts';
import { systemCode } from '../lib/file-errors.ts';
import { DirectoryState, type StateStore } from '../lib/state.ts';
import type { Resolve } from '../storage/outbound/policy.ts';
import type { AdminSource } from './bootstrap/admin.ts';
import type { Address, ServiceConfig } from './config.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { StoreOptionsResolver } from './storage/store-options.ts';
import type { Api } from './http/api.ts';
import { Certificate } from './http/certificate.ts';
import { buildApi } from './http/server.ts';
import { buildOps } from './http/ops.ts';
import type { ServiceParts } from './parts.ts';
import { Service } from './service.ts';

export interface Surroundings {
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Asks for the addresses of a name that was typed in the pages; the system's resolver by default. */
  resolve?: Resolve;
}

/** What a configuration comes to: where state is kept, where the admin is found, and who leads. */
export interface Foundation {
  state: StateStore;
  admin: AdminSource | undefined;
  kubernetes: KubernetesRights | undefined;
  /** Made for each process; undefined without a Lease. */
  election: ((mayYield: () => boolean) => Election) | undefined;
}

/** Finds out where we are: in a cluster with a mounted service account, or anywhere else. */
export async function createFoundation(
  config: ServiceConfig,
  { clock, randomness, log }: Surroundings,
): Promise<Foundation> {
  const { kubernetes } = config;
  const values: AdminSource | undefined =
    config.grafana.admin === undefined ? undefined : { kind: 'values', ...config.grafana.admin };
  if (kubernetes.apiServer === undefined) {
    const { directory } = config.admin;
    const admin = values ?? (directory === undefined ? undefined : { kind: 'directory' as const, directory });
    return { state: new DirectoryState(config.stateDirectory), admin, kubernetes: undefined, election: undefined };
  }
  const client = new KubeClient({ ...kubernetes.apiServer, directory: kubernetes.directory, clock, log });
  const namespace = await client.namespace();
  const token = { namespace, name: kubernetes.tokenSecret };
  const lease = kubernetes.lease === undefined ? undefined : { namespace, name: kubernetes.lease };
  const { directory, secret } = config.admin;
  const adminSecret = secret === undefined ? undefined : { namespace, ...compact(secret) };
  const admin: AdminSource | undefined =
    values ??
    (directory !== undefined
      ? { kind: 'directory', directory }
      : adminSecret !== undefined
        ? { kind: 'secret', client, secret: adminSecret }
        : undefined);
  const needed = neededAccess({ token, lease, admin: admin?.kind === 'secret' ? adminSecret : undefined });
  return {
    state: new SecretState(client, token, clock),
    admin,
    kubernetes: { client, needed },
    election:
      lease === undefined
        ? undefined
        : (mayYield) =>
            new Election({
              client,
              lease,
              identity: `${config.instance}_${randomness.hex(4)}`,
              clock,
              randomness,
              log,
              mayYield,
            }),
  };
}

/** Builds the service on its foundation. It does nothing yet. */
export async function buildService(config: ServiceConfig, surroundings: Surroundings): Promise<Service> {
  const storeOptions = new StoreOptionsResolver(config, surroundings.resolve);
  return new Service(config, { ...surroundings, ...(await createFoundation(config, surroundings)), storeOptions });
}

/** Where Grafana finds us in the same pod or on the same machine, when we listen on all of its addresses. */
const EVERY_ADDRESS = /\/\/(0\.0\.0\.0|\[::\]):/;

/** A service that listens. */
export interface Running {
  service: ServiceParts;
  /** Where the API answers. */
  url: string;
  /** Where health and metrics answer. */
  opsUrl: string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts everything and listens.
 * @throws DK_SETTINGS when an address can't be listened on, or another service uses the state directory; and when no
 * service account is mounted
 */
export async function serve(config: ServiceConfig, surroundings: Surroundings): Promise<Running> {
  const release = await lockState(config, surroundings);
  try {
    const running = await listening(config, surroundings);
    return { ...running, stop: () => running.stop().finally(release) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Two services would overwrite each other's state. In Kubernetes, replicas share a Secret, and a Lease decides. */
async function lockState(
  { kubernetes, stateDirectory }: ServiceConfig,
  { log }: Pick<Surroundings, 'log'>,
): Promise<() => Promise<void>> {
  const lock = kubernetes.apiServer === undefined ? await lockDirectory(stateDirectory) : NOT_LOCKED;
  if (lock === undefined) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `DASHKEEP_STATE_DIR: another service uses ${stateDirectory}. Stop that service, or set another directory`,
    );
  }
  if (lock.gap !== undefined) {
    log.warn(
      { directory: stateDirectory, reason: lock.gap },
      'the state directory could not be locked: make sure that no other service uses it',
    );
  }
  return lock.release;
}

const NOT_LOCKED: DirectoryLock = { release: async () => undefined };

async function listening(config: ServiceConfig, surroundings: Surroundings): Promise<Running> {
  const service = await buildService(config, surroundings);
  const { tls } = config;
  const certificate = tls === undefined ? undefined : await Certificate.read(tls, surroundings.log);
  const api = await buildApi(service.parts, certificate);
  certificate?.keepFresh(api.server as Server as HttpsServer);
  const ops = config.opsListen === undefined ? undefined : buildOps(service.parts);
  try {
    const { host, port } = config.listen;
    await api.listen({ host, port }).catch((cause: unknown) => {
      throw unusable('DASHKEEP_LISTEN', config.listen, cause);
    });
    const scheme = certificate === undefined ? 'http' : 'https';
    const url = `${scheme}://${placeOf({ host, port: portOf(api) })}`;
    service.parts.address.api = config.url ?? url.replace(EVERY_ADDRESS, '//127.0.0.1:');
    const opsUrl =
      ops === undefined || config.opsListen === undefined ? undefined : await listen(ops, config.opsListen);
    await service.start();
    return {
      service: service.parts,
      url,
      opsUrl,
      async stop() {
        certificate?.close();
        await service.stop();
        await Promise.all([api.close(), ops === undefined ? undefined : closed(ops)]);
      },
    };
  } catch (error) {
    await api.close();
    ops?.close();
    throw error;
  }
}

function portOf(api: Api): number {
  return (api.server.address() as AddressInfo).port;
}

function placeOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listen(server: Server, { host, port }: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(unusable('DASHKEEP_OPS_LISTEN', { host, port }, cause)));
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve(`http://${placeOf({ host, port: taken })}`);
    });
  });
}

function unusable(setting: string, address: Address, cause: unknown): DashkeepError {
  const code = systemCode(cause) ?? 'not possible';
  const why = code === 'EADDRINUSE' ? `, which is in use (${code})` : ` (${code})`;
  return new DashkeepError('DK_SETTINGS', `${setting}: cannot listen on ${placeOf(address)}${why}`, { cause });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
