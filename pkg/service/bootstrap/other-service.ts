import { numberAt, stringAt } from '../../lib/json/json.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isAtWork, listAccounts, tokensOf } from './grafana.ts';
import { isNamedLikeOurs } from './service-account.ts';

/** Another Dashkeep that works on the same organization and has the app there. */
export interface OtherService {
  url: string;
  account: string;
}

/**
 * The service account of another Dashkeep that works on this organization now.
 * @param own - id of this service's account
 */
export async function accountOfOther(
  grafana: GrafanaClient,
  own: number | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const account of (await listAccounts(grafana, signal)).filter(isNamedLikeOurs)) {
    const id = numberAt(account, 'id');
    if (id === undefined || id === own) {
      continue;
    }
    const tokens = await tokensOf(grafana, { kind: 'service-account', id }, signal);
    if (tokens.some((token) => isAtWork(token, now))) {
      return stringAt(account, 'name');
    }
  }
  return undefined;
}

/** What is said where another service has the app. */
export function appOfOther(org: number, { url, account }: OtherService): KnownReason {
  return reason('app-of-other-service', { org: String(org), url, account });
}

/** What to do there. */
export const LEAVE_APP = reason('one-service-for-app');
