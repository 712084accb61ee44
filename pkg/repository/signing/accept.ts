import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { StateStore } from '../../lib/state.ts';
import { isDamage, otherFormat, readConfig, writeConfig, type ConfigPorts } from '../config.ts';
import { publicKeyFile } from '../layout.ts';
import { RememberedTarget } from './remembered-target.ts';
import { TrustState } from './trust-state.ts';

/** What differed from what is remembered; `unknown` where nothing was. */
export type Accepted = 'changed' | 'same' | 'unknown';

/**
 * Takes the repository at a target as it is now, on a person's word: nothing of it counts by that alone, but what its
 * trusted keys sign does again. A target whose configuration is gone, or of another format, gets it back, so that
 * backups go on under the same id.
 * @returns what of it was to be accepted: nothing, where it is as remembered, or where none was remembered
 * @throws DK_REPOSITORY_MISSING; DK_REPOSITORY_FORMAT where none is remembered; DK_USAGE for the id of another one
 */
export async function acceptRepository(ports: ConfigPorts & { state: StateStore }, id: string): Promise<Accepted> {
  const { store, state, signal } = ports;
  const target = new RememberedTarget(state, store.description);
  const remembered = await target.read();
  let overwrite = false;
  const config = await readConfig(store, signal).catch((error: unknown) => {
    overwrite = remembered !== undefined && (isDamage(error) || otherFormat(error) !== undefined);
    if (!overwrite) {
      throw error;
    }
  });
  const there = config?.id ?? remembered?.repository;
  if (there === undefined) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${store.description}`);
  }
  if (there !== id) {
    throw new DashkeepError('DK_USAGE', `the repository in ${store.description} is ${there}, not ${id.slice(0, 40)}`, {
      advice: reason('name-repository', { command: `dashkeep trust --repository ${there}` }),
    });
  }
  if (config === undefined) {
    await writeConfig(ports, id, { overwrite });
  }
  const trust = new TrustState(state, id);
  const own = await trust.own();
  if (own?.established === true && (await store.head(publicKeyFile(own.key.fingerprint), { signal })) === undefined) {
    await trust.setOwn({ ...own, established: false });
  }
  await target.accept(id);
  if (remembered === undefined) {
    return 'unknown';
  }
  const isSame = config?.id === remembered.repository && remembered.findings.length === 0;
  return isSame ? 'same' : 'changed';
}
