import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { arrayAt, isJsonObject, type Json } from '../lib/json/json.ts';
import { isGrafanaError } from './http/errors.ts';
import type { KindContext, Serving } from './kinds/kind.ts';
import { valueIf } from '../lib/expected-errors.ts';

/**
 * Refuses to go on without one of the actions. For lists that Grafana answers with less instead of with a refusal.
 * @throws DK_GRAFANA_FORBIDDEN naming the action.
 */
export async function requireAnyAction(context: KindContext, what: string, actions: string[]): Promise<void> {
  const granted = await context.memo('actions', () =>
    context.grafana.get('/api/access-control/user/actions', { signal: context.signal }),
  );
  if (!isJsonObject(granted) || !actions.some((action) => granted[action] === true)) {
    throw new DashkeepError(
      'DK_GRAFANA_FORBIDDEN',
      `${what} cannot be read completely without ${actions.join(' or ')}`,
      { advice: reason('give-grafana-permission', { permission: actions[0] ?? '' }) },
    );
  }
}

/**
 * What to say of a list where Grafana leaves out, without a word, what the account may not see. Where it does not
 * report permissions, nothing is known and nothing said.
 * @param sorts the first words of scopes that would do; none = the action is enough
 */
export async function servedWhole(context: KindContext, action: string, ...sorts: string[]): Promise<Serving> {
  const granted = await context.memo('permissions', () => permissionsOf(context));
  const permission = sorts.length === 0 ? action : `${action} on ${sorts.map((sort) => `${sort}:*`).join(' and ')}`;
  if (granted === undefined || isEverywhere(granted, action, sorts)) {
    return { served: true };
  }
  const advice = reason('give-grafana-permission', { permission });
  return { served: true, lacking: refusal('DK_GRAFANA_FORBIDDEN', reason('list-hides', { permission }), { advice }) };
}

/**
 * Whether an action is granted on all there is, so that a list holds everything, now and wherever things are moved.
 * `sorts` are the first words of scopes that would do. Where Grafana does not report it, it counts as not granted.
 */
export async function isGrantedEverywhere(context: KindContext, action: string, sorts: string[]): Promise<boolean> {
  return isEverywhere(await permissionsOf(context), action, sorts);
}

function isEverywhere(granted: Json | undefined, action: string, sorts: readonly string[]): boolean {
  const enough = ['*', ...sorts.flatMap((sort) => [`${sort}:*`, `${sort}:uid:*`])];
  const scopes = arrayAt(granted, action) ?? [];
  return scopes.some((scope) => sorts.length === 0 || enough.includes(String(scope)));
}

/** What the account may do, and with what; undefined where Grafana does not report it. */
async function permissionsOf({ grafana, signal }: KindContext): Promise<Json | undefined> {
  return grafana.get('/api/access-control/user/permissions', { signal }).catch(valueIf(isGrafanaError, undefined));
}
