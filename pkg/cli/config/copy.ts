import type { CopyConfig } from '../../service/config.ts';
import { parseTarget } from '../../storage/target.ts';
import type { Configuration } from './configuration.ts';
import { copyStorage } from './storage.ts';

/** The second target; undefined where none is set. @throws DK_SETTINGS naming what is wrong */
export function copyConfig(configuration: Configuration): CopyConfig | undefined {
  const target = configuration.find('DASHKEEP_COPY_TARGET');
  if (target === undefined) {
    return undefined;
  }
  parseTarget(target.value);
  return {
    target,
    storage: () => copyStorage(configuration),
    schedule: configuration.get('DASHKEEP_COPY_SCHEDULE'),
    keep: configuration.get('DASHKEEP_COPY_KEEP'),
    verifyDays: configuration.get('DASHKEEP_COPY_VERIFY_DAYS'),
  };
}
