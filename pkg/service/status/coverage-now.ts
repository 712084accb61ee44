import type { SettingsValues } from '../../contract/api/settings.ts';
import type { Coverage } from '../../contract/coverage.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { ReasonData } from '../../contract/reasons/reason.ts';
import type { ServiceConfig } from '../config.ts';

const ABOUT_ORGS: ReadonlySet<string> = new Set(['include-orgs', 'include-given-orgs', 'confirm-orgs']);

/**
 * What the newest backup covers, with advice that fits the present settings: they may select other organizations now.
 * @param covered - IDs of the organizations in that backup
 */
export function coverageNow<C extends Coverage>(
  coverage: C | undefined,
  { scope }: Pick<SettingsValues, 'scope'>,
  covered: readonly number[],
  config: Pick<ServiceConfig, 'orgIds' | 'settings'>,
): C | undefined {
  const { orgIds } = config;
  if (coverage === undefined) {
    return undefined;
  }
  if (scope.orgs !== 'all' && orgIds === undefined) {
    return { ...coverage, advice: withTarget(coverage.advice, config) };
  }
  const hasMore = orgIds === undefined || orgIds.some((id) => !covered.includes(id));
  const advice = coverage.advice.map((one) => {
    if (!ABOUT_ORGS.has(one.code) || (one.code === 'confirm-orgs' && orgIds === undefined)) {
      return one;
    }
    return reason(hasMore && one.code !== 'confirm-orgs' ? 'orgs-in-next' : 'run-backup-again');
  });
  return { ...coverage, advice: withTarget(advice, config) };
}

/**
 * With the advice to set the target in the deployment, if it sets none and advice names a setting with which the
 * service ignores the target of its pages.
 */
export function withTarget<R extends ReasonData>(
  advice: readonly R[],
  { settings }: Pick<ServiceConfig, 'settings'>,
): (R | KnownReason)[] {
  const isNeeded = advice.some(({ code }) => ABOUT_ORGS.has(code) || code === 'include-server-kinds');
  return isNeeded && !settings.has('target.url') ? [...advice, reason('set-deployment-target')] : [...advice];
}
