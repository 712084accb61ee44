import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { settingsFor } from '../../../pkg/cli/config/storage.ts';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { StoreOptionsResolver } from '../../../pkg/service/storage/store-options.ts';
import { SettingsStore } from '../../../pkg/service/settings/store.ts';
import { openExplained, type OpenStoreOptions, type StoreExplanation } from '../../../pkg/storage/open.ts';
import type { StorageSettings } from '../../../pkg/storage/open.types.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

export type Given = Readonly<Record<string, string>>;
const PORTS = { clock: realClock, random: realRandomness, log: silentLog };

/** What a command would open, and who decided each part. */
export async function openedByCommand(environment: Given): Promise<StoreExplanation> {
  const configuration = new Configuration(environment);
  const target = configuration.get('DASHKEEP_TARGET') ?? '';
  return explained(target, settingsFor(target, configuration));
}

/** The same for the service. */
export async function openedByService(environment: Given, saved: object = {}): Promise<StoreExplanation> {
  const config = serviceConfig({ GRAFANA_URL: 'http://127.0.0.1:3000', ...environment }, {}, 'test');
  const settings = new SettingsStore(new MemoryState(), config, silentLog, () => Promise.resolve({}));
  await settings.update(saved, undefined);
  const effective = await settings.effective();
  return explained(effective.values.target.url, new StoreOptionsResolver(config).of(effective));
}

async function explained(
  target = '',
  options: StorageSettings & Pick<OpenStoreOptions, 'outbound'>,
): Promise<StoreExplanation> {
  const { store, ...explanation } = await openExplained(target, { ...options, ...PORTS });
  await store.close();
  return explanation;
}
