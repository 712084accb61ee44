import { arrayAt, isJsonObject, stringAt } from '../lib/json/json.ts';
import { isGrafanaError } from './http/errors.ts';
import type { GrafanaClient } from './http/client.ts';
import { valueIf } from '../lib/expected-errors.ts';

/**
 * Public keys with which a Grafana signs tokens: the same by whatever address, and in all its replicas, for they are in
 * its database. Another one each month, and the last ones beside it.
 * @returns none where this Grafana shows none
 */
export async function grafanaIdentity(client: GrafanaClient, signal: AbortSignal): Promise<string[]> {
  const isRefused = (error: unknown): boolean => isGrafanaError(error) && !signal.aborted;
  const answer = await client.get('/api/signing-keys/keys', { signal }).catch(valueIf(isRefused, undefined));
  return (arrayAt(answer, 'keys') ?? []).filter(isJsonObject).flatMap((key) => stringAt(key, 'x') ?? []);
}
