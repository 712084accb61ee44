import { arrayAt, isJsonObject, stringAt } from '../lib/json/json.ts';
import { isGrafanaError, type GrafanaError } from './http/errors.ts';
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
  // With another secret key than its database, Grafana answers 500 for good. One that restarts has keys all the same.
  const isRefused = (error: unknown): boolean => isGrafanaError(error) && !signal.aborted && !isAway(error);
  const answer = await client.get('/api/signing-keys/keys', { signal }).catch(valueIf(isRefused, undefined));
  return (arrayAt(answer, 'keys') ?? []).filter(isJsonObject).flatMap((key) => {
    const [id, x] = [stringAt(key, 'kid'), stringAt(key, 'x')];
    return x === undefined ? [] : [{ id: id ?? '', x }];
  });
}

function isAway({ code, httpStatus }: GrafanaError): boolean {
  return code === 'DK_GRAFANA_UNREACHABLE' || [502, 503, 504].includes(httpStatus);
}

/** A Grafana as the record of a restore names it. */
export interface NamedGrafana {
  url: string;
  keys: { id: string; x: string }[];
}

/**
 * Whether two addresses lead to one Grafana, by the public keys that it showed; undefined where these do not tell: it
 * has another one each month, and the last ones beside it.
 */
function isOne(one: NamedGrafana, other: NamedGrafana): boolean | undefined {
  const known = new Map(one.keys.map(({ id, x }) => [id, x]));
  const shared = other.keys.filter(({ id }) => known.has(id));
  return shared.length === 0 ? undefined : shared.some(({ id, x }) => known.get(id) === x);
}

/** Whether a restore wrote to this Grafana and its present database. What earlier releases did names no Grafana. */
export function wroteTo(here: NamedGrafana, there: NamedGrafana): boolean {
  return isOne(here, there) ?? here.url === there.url;
}

/** Whether two restores wrote to the same Grafana and database, or one of them does not say to which. */
export function mayShareGrafana(
  { grafana: one }: { grafana?: NamedGrafana | undefined },
  other: NamedGrafana | undefined,
): boolean {
  return one === undefined || other === undefined || wroteTo(one, other);
}
