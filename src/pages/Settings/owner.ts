import type { SettingOrigin } from '../../../pkg/contract/api/settings.ts';
import { t } from '../../lib/i18n.ts';
import { knownText } from '../../lib/catalogue/reasons.ts';

type Origin = Pick<SettingOrigin, 'owner' | 'source' | 'locked' | 'minimum'>;

/** Whether only the deployment can change a setting. What it merely requires can be made stricter. */
export function isDeployments(origin: Origin | undefined): boolean {
  return origin?.locked !== undefined || (origin?.owner === 'deployment' && origin.minimum === undefined);
}

/** What a field says about the deployment; undefined where the page decides alone. */
export function ownerNote(origin: Origin | undefined): string | undefined {
  const limit = knownText(origin?.locked ?? origin?.minimum);
  if (limit !== undefined || origin?.owner !== 'deployment') {
    return limit;
  }
  return t('settings.locked', 'Set by the deployment ({{source}})', { source: origin.source ?? '–' });
}
