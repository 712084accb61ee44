import type { SettingsValues } from '../../contract/api/settings.ts';
import type { Coverage } from '../../contract/coverage.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** What the newest backup covers, with advice that fits the present settings: they may select all organizations now. */
export function coverageNow(
  coverage: Coverage | undefined,
  { scope }: Pick<SettingsValues, 'scope'>,
): Coverage | undefined {
  if (coverage === undefined || scope.orgs !== 'all') {
    return coverage;
  }
  const advice = coverage.advice.map((one) => (one.code === 'include-orgs' ? reason('orgs-in-next') : one));
  return { ...coverage, advice };
}
