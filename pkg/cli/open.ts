import { GrafanaClient } from '../grafana/client.ts';
import { connect, type Instance } from '../grafana/instance.ts';
import { openRepository, type OpenedRepository } from '../repository/repository.ts';
import { DirectoryState } from '../repository/state.ts';
import { openStore } from '../storage/open.ts';
import type { ObjectStore } from '../storage/store.ts';
import { encryptionSettings, grafanaSettings, stateDirectory, targetOf, type CommonFlags } from './config/settings.ts';
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
      state: new DirectoryState(stateDirectory(flags, environment)),
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
