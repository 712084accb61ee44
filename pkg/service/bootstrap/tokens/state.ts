import type { TokenState } from '../../../contract/api/status.ts';
import type { DashkeepError } from '../../../contract/errors.ts';
import { AdminRefused, NoAdmin } from '../problems.ts';
import type { Bootstrapped, OrgToken } from '../types.ts';

export interface TokenStatus {
  state: TokenState;
  orgs: { id: number; state: TokenState; expires?: Date; account?: OrgToken['account']; other?: OrgToken['other'] }[];
  problem?: DashkeepError;
  /** Why a token that still works could not be renewed, or will not be. */
  notRenewed?: DashkeepError;
  /** The last time that Grafana refused tokens which had not expired, and new ones were made. */
  replaced?: { time: Date; orgs: number[] };
}

/** Whether Grafana did not respond, or not as it does when it is up: it may be starting. */
export function isAway({ code }: DashkeepError): boolean {
  return ['DK_GRAFANA_UNREACHABLE', 'DK_GRAFANA_TIMEOUT', 'DK_GRAFANA_FAILED'].includes(code);
}

/** The one word for the tokens, from what the last check found. */
export function tokenStateOf(
  current: Bootstrapped | undefined,
  problem: DashkeepError | undefined,
  now: Date,
): TokenState {
  if (problem instanceof AdminRefused) {
    return 'password-wrong';
  }
  if (problem instanceof NoAdmin) {
    return current === undefined && !problem.refused ? 'missing' : 'invalid';
  }
  if (problem !== undefined) {
    const away = isAway(problem);
    if (!away || current === undefined) {
      return away ? 'waiting' : 'failed';
    }
  }
  if (current === undefined) {
    return 'unknown';
  }
  const ends = current.orgs.flatMap(({ expires }) => (expires === undefined ? [] : [expires.getTime()]));
  // Tokens expire by Grafana's clock.
  const there = now.getTime() + (current.ahead ?? 0);
  return ends.some((end) => end - there < 24 * 3_600_000) ? 'expiring' : 'valid';
}
