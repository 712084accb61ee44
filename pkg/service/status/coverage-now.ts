import type { SettingsValues } from '../../contract/api/settings.ts';
import type { Coverage } from '../../contract/coverage.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

const INCLUDE: ReadonlySet<string> = new Set(['include-orgs', 'include-given-orgs']);

/**
 * What the newest backup covers, with advice that fits the present settings: they may select more organizations now.
 * @param orgIds - those that the deployment names
 */
export function coverageNow(
  coverage: Coverage | undefined,
  { scope }: Pick<SettingsValues, 'scope'>,
  orgIds?: readonly number[],
): Coverage | undefined {
  if (coverage === undefined || (scope.orgs !== 'all' && orgIds === undefined)) {
    return coverage;
  }
  const advice = coverage.advice.map((one) => {
    const isChosenNow = one.code === 'confirm-orgs' && orgIds !== undefined;
    return isChosenNow ? reason('run-backup-again') : INCLUDE.has(one.code) ? reason('orgs-in-next') : one;
  });
  return { ...coverage, advice };
}
