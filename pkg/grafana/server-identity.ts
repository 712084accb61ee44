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
  return (await grafanaKeys(client, signal)).map(({ x }) => x);
}

/** The same keys with the ID that Grafana gives to each: all have the same one in the same month. */
export async function grafanaKeys(client: GrafanaClient, signal: AbortSignal): Promise<{ id: string; x: string }[]> {
  const isRefused = (error: unknown): boolean => isGrafanaError(error) && !signal.aborted;
  const answer = await client.get('/api/signing-keys/keys', { signal }).catch(valueIf(isRefused, undefined));
  return (arrayAt(answer, 'keys') ?? []).filter(isJsonObject).flatMap((key) => {
    const [id, x] = [stringAt(key, 'kid'), stringAt(key, 'x')];
    return x === undefined ? [] : [{ id: id ?? '', x }];
  });
}
