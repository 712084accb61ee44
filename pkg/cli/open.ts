import type { SnapshotSummary } from '../contract/manifest.ts';
import type { OnProgress } from '../engine/progress.ts';
import { patienceAtStart } from '../engine/restarts.ts';
import { GrafanaClient } from '../grafana/http/client.ts';
import { tokenCredentials } from '../grafana/http/credentials.ts';
import { PreviewRecords } from '../engine/preview/record.ts';
import { connect, type Instance } from '../grafana/instance.ts';
import { KubeClient } from '../kubernetes/client.ts';
import { SecretState } from '../kubernetes/state.ts';
import { quickView } from '../repository/index/quick-view.ts';
import { openRepository, type OpenedRepository, type OpenOptions } from '../repository/repository.ts';
import { DirectoryState, type StateStore } from '../lib/state.ts';
import { openStore } from '../storage/open.ts';
import type { ObjectStore } from '../storage/store.ts';
import { parseTarget } from '../storage/target.ts';
import { Configuration } from './config/configuration.ts';
import { credentialsOf, grafanaConfig, warnOfIgnoredToken } from './config/grafana.ts';
import { s3WithKey } from './config/s3.ts';
import { apiServer, encryptionSettings, stateDirectory, targetOf, type CommonFlags } from './config/settings.ts';
import type { CliContext } from './context.ts';

/** Opens the target alone, does the work, and closes it whatever happens. */
export async function withStore<T>(
  context: CliContext,
  flags: CommonFlags,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const { environment, randomness, clock, log } = context;
  const configuration = new Configuration(environment, flags);
  const target = targetOf(configuration);
  const s3 = parseTarget(target).kind === 's3' ? await s3WithKey(configuration) : undefined;
  const store = await openStore(target, { s3, clock, random: randomness, log });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens the repository, does the work, and closes it whatever happens. */
export async function withRepository<T>(
  context: CliContext,
  flags: CommonFlags,
  create: boolean,
  work: (repository: OpenedRepository) => Promise<T>,
): Promise<T> {
  return withStore(context, flags, async (store) => {
    const repository = await openRepository(await openOptions(context, flags, store, create));
    try {
      return await work(repository);
    } finally {
      await repository.close();
    }
  });
}

/** Every snapshot, newest first, with as few requests as it takes. */
export function snapshotsOf(context: CliContext, flags: CommonFlags): Promise<SnapshotSummary[]> {
  const { signal } = context;
  return withStore(context, flags, async (store) => {
    const options = await openOptions(context, flags, store, false);
    const seen = await (await quickView(options))?.snapshots({ signal });
    return seen ?? (await openRepository(options)).snapshots({ signal });
  });
}

async function openOptions(
  context: CliContext,
  flags: CommonFlags,
  store: ObjectStore,
  create: boolean,
): Promise<OpenOptions> {
  const { environment, clock, randomness, log, signal } = context;
  const configuration = new Configuration(environment, flags);
  const secrets = await encryptionSettings(configuration);
  const state = await openState(context, flags);
  const trustedKeys = configuration.get('DASHKEEP_TRUSTED_KEYS');
  const ignoreClock = configuration.get('DASHKEEP_IGNORE_CLOCK');
  return { store, clock, randomness, log, state, trustedKeys, ignoreClock, create, signal, ...secrets };
}

/** In a cluster the Secret that the chart created; a Job's own file system is gone with it. */
export async function openState({ environment, clock, log }: CliContext, flags: CommonFlags): Promise<StateStore> {
  const configuration = new Configuration(environment, flags);
  const server = apiServer(configuration);
  const name = configuration.find('DASHKEEP_TOKEN_SECRET')?.value;
  const directory = configuration.find('DASHKEEP_KUBE_DIR')?.value;
  const isElsewhere = configuration.find('DASHKEEP_STATE_DIR') !== undefined;
  if (isElsewhere || server === undefined || name === undefined || directory === undefined) {
    return new DirectoryState(stateDirectory(configuration));
  }
  const client = new KubeClient({ ...server, directory, clock, log });
  return new SecretState(client, { namespace: await client.namespace(), name }, clock);
}

/**
 * Milliseconds that a run waits for a Grafana that is down when it begins; not more, since its address may be mistyped.
 */
const START_WITHIN_MS = 10_000;

/**
 * Connects to Grafana, does the work, and closes the connections whatever happens.
 * @param onProgress - of a run: it waits ten seconds for a Grafana that is down, and this says so. Everything else
 * fails.
 */
export async function withGrafanaInstance<T>(
  context: CliContext,
  flags: CommonFlags & { needsServerAdmin?: boolean },
  work: (instance: Instance) => Promise<T>,
  onProgress?: OnProgress,
): Promise<T> {
  const configuration = new Configuration(context.environment, flags);
  const grafana = grafanaConfig(configuration);
  const { clock, randomness, log, signal } = context;
  warnOfIgnoredToken(configuration, log);
  const client = GrafanaClient.open({ ...grafana, credentials: credentialsOf(grafana), clock, randomness, log });
  try {
    const orgs = configuration.get('DASHKEEP_ORGS') ?? 'reached';
    const orgCredentials = new Map([...grafana.orgTokens].map(([org, token]) => [org, tokenCredentials(token)]));
    const { needsServerAdmin = false } = flags;
    const patience =
      onProgress === undefined ? undefined : patienceAtStart({ clock, onProgress, signal }, START_WITHIN_MS);
    const instance = await connect({ client, orgs, orgCredentials, needsServerAdmin, signal, patience });
    // Of a service that has the same state.
    const previews = new PreviewRecords(await openState(context, flags), log);
    return await work({ ...instance, previews });
  } finally {
    await client.close();
  }
}
