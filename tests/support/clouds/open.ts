import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { settingsFor } from '../../../pkg/cli/config/storage.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { openStore, type OpenStoreOptions } from '../../../pkg/storage/open.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { realClock, realRandomness } from '../ports.ts';

/** A store as a command opens it with this environment, independent of the files of the user who runs the tests. */
export async function openWith(
  target: string,
  environment: Readonly<Record<string, string>>,
  options: Partial<OpenStoreOptions> = {},
): Promise<ObjectStore> {
  const settings = settingsFor(target, new Configuration({ HOME: '/nonexistent', ...environment }));
  return openStore(target, { ...settings, clock: realClock, random: realRandomness, log: silentLog, ...options });
}
