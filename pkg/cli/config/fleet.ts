import type { FleetConfig } from '../../service/config.ts';
import { parseTarget } from '../../storage/target.ts';
import type { Configuration } from './configuration.ts';
import { settingsFor } from './storage.ts';

/** The installations that the settings name. @throws DK_SETTINGS for a target that is not valid */
export function fleetConfig(configuration: Configuration): FleetConfig {
  const targets = configuration.get('DASHKEEP_FLEET_TARGETS');
  targets.forEach((target) => parseTarget(target.replace(/\/\*$/, '')));
  const identity = configuration.secret('DASHKEEP_AGE_IDENTITY');
  return {
    targets,
    trustedKeys: [...configuration.get('DASHKEEP_TRUSTED_KEYS'), ...configuration.get('DASHKEEP_FLEET_TRUSTED_KEYS')],
    storage: (target) => settingsFor(target, configuration),
    identities: async () => (identity === undefined ? [] : [await identity.value()]),
  };
}
