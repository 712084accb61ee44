import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { arrayAt, isJsonObject } from '../lib/json/json.ts';
import { GrafanaError } from './http/errors.ts';
import type { KindContext } from './kinds/kind.ts';

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
 * Whether an action is granted on all there is, so that a list holds everything, now and wherever things are moved.
 * `sorts` are the first words of scopes that would do. Where Grafana does not report it, it counts as not granted.
 */
export async function isGrantedEverywhere(context: KindContext, action: string, sorts: string[]): Promise<boolean> {
  try {
    const granted = await context.grafana.get('/api/access-control/user/permissions', { signal: context.signal });
    const enough = ['*', ...sorts.flatMap((sort) => [`${sort}:*`, `${sort}:uid:*`])];
    return (arrayAt(granted, action) ?? []).some((scope) => enough.includes(String(scope)));
  } catch (error) {
    if (error instanceof GrafanaError) {
      return false;
    }
    throw error;
  }
}
