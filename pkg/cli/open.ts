import { GrafanaClient } from '../grafana/client.ts';
import { connect, type Instance } from '../grafana/instance.ts';
import { KubeClient } from '../kubernetes/client.ts';
import { SecretState } from '../kubernetes/state.ts';
import { openRepository, type OpenedRepository } from '../repository/repository.ts';
import { DirectoryState, type StateStore } from '../repository/state.ts';
import { openStore } from '../storage/open.ts';
import type { ObjectStore } from '../storage/store.ts';
import {
  encryptionSettings,
  grafanaSettings,
  secretStateSettings,
  stateDirectory,
  targetOf,
  type CommonFlags,
} from './config/settings.ts';
import type { World } from './world.ts';

/** Opens the target alone, does the work, and closes it whatever happens. */
export async function withStore<T>(
  world: World,
  flags: CommonFlags,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const { environment, randomness, clock, log } = world;
  const store = await openStore(targetOf(flags), { environment, clock, random: randomness, log });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens the repository, does the work, and closes it whatever happens. */
export async function withRepository<T>(
  world: World,
  flags: CommonFlags,
  create: boolean,
  work: (repository: OpenedRepository) => Promise<T>,
): Promise<T> {
  const { environment, randomness, clock, log, signal } = world;
  return withStore(world, flags, async (store) => {
    const repository = await openRepository({
      store,
      clock,
      randomness,
      log,
      state: await openState(world, flags),
      create,
      signal,
      ...(await encryptionSettings(flags, environment)),
    });
    try {
      return await work(repository);
    } finally {
      await repository.close();
    }
  });
}

/** In a cluster the Secret that the chart created; a Job's own file system is gone with it. */
async function openState({ environment, clock, log }: World, flags: CommonFlags): Promise<StateStore> {
  const cluster = flags.stateDir === undefined ? secretStateSettings(environment) : undefined;
  if (cluster === undefined) {
    return new DirectoryState(stateDirectory(flags, environment));
  }
  const client = new KubeClient({ ...cluster, clock, log });
  return new SecretState(client, { namespace: await client.namespace(), name: cluster.secret }, clock);
}

/** Connects to Grafana, does the work, and closes the connections whatever happens. */
export async function withGrafanaInstance<T>(
  world: World,
  flags: CommonFlags,
  work: (instance: Instance) => Promise<T>,
): Promise<T> {
  const settings = grafanaSettings(flags, world.environment);
  const { clock, randomness, log, signal } = world;
  const client = GrafanaClient.open({ ...settings, clock, randomness, log });
  try {
    return await work(await connect({ client, orgs: settings.orgs, orgCredentials: settings.orgCredentials, signal }));
  } finally {
    await client.close();
  }
}
