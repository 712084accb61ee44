import type { SettingsValues } from '../../contract/api/settings.ts';
import type { Coverage } from '../../contract/coverage.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

const ABOUT_ORGS: ReadonlySet<string> = new Set(['include-orgs', 'include-given-orgs', 'confirm-orgs']);

/**
 * What the newest backup covers, with advice that fits the present settings: they may select other organizations now.
 * @param covered - IDs of the organizations in that backup
 * @param orgIds - those that the deployment names
 */
export function coverageNow<C extends Coverage>(
  coverage: C | undefined,
  { scope }: Pick<SettingsValues, 'scope'>,
  covered: readonly number[],
  orgIds?: readonly number[],
): C | undefined {
  if (coverage === undefined || (scope.orgs !== 'all' && orgIds === undefined)) {
    return coverage;
  }
  const hasMore = orgIds === undefined || orgIds.some((id) => !covered.includes(id));
  const advice = coverage.advice.map((one) => {
    if (!ABOUT_ORGS.has(one.code) || (one.code === 'confirm-orgs' && orgIds === undefined)) {
      return one;
    }
    return reason(hasMore && one.code !== 'confirm-orgs' ? 'orgs-in-next' : 'run-backup-again');
  });
  return { ...coverage, advice };
}
