import { arrayAt, isJsonObject, stringAt } from '../lib/json/json.ts';
import { GrafanaError } from './http/errors.ts';
import type { GrafanaClient } from './http/client.ts';

/**
 * Public keys with which a Grafana signs tokens: the same by whatever address, and in all its replicas, for they are in
 * its database. Another one each month, and the last ones beside it.
 * @returns none where this Grafana shows none
 */
export async function grafanaIdentity(client: GrafanaClient, signal: AbortSignal): Promise<string[]> {
  try {
    const answer = await client.get('/api/signing-keys/keys', { signal });
    return (arrayAt(answer, 'keys') ?? []).filter(isJsonObject).flatMap((key) => stringAt(key, 'x') ?? []);
  } catch (error) {
    if (error instanceof GrafanaError && !signal.aborted) {
      return [];
    }
    throw error;
  }
}
