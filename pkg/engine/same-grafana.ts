import type { RunRecord } from '../contract/runs.ts';

type Named = NonNullable<RunRecord['grafana']>;

/**
 * Whether two addresses lead to one Grafana, by the public keys that it showed; undefined where these do not tell: it
 * has another one each month, and the last ones beside it.
 */
function isOne(one: Named, other: Named): boolean | undefined {
  const known = new Map(one.keys.map(({ id, x }) => [id, x]));
  const shared = other.keys.filter(({ id }) => known.has(id));
  return shared.length === 0 ? undefined : shared.some(({ id, x }) => known.get(id) === x);
}

/** Whether a restore wrote to this Grafana and its present database. What earlier releases did names no Grafana. */
export function wroteTo(here: Named, there: Named): boolean {
  return isOne(here, there) ?? here.url === there.url;
}

/** Whether two restores may have written to the same Grafana; its database may have been replaced between them. */
export function mayShareGrafana({ grafana: one }: Pick<RunRecord, 'grafana'>, other: RunRecord['grafana']): boolean {
  return one === undefined || other === undefined || one.url === other.url || isOne(one, other) !== false;
}
