import { DashkeepError } from '../contract/errors.ts';
import { isJsonObject } from '../contract/json.ts';
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
      {
        hint: `Give the service account the right ${actions[0] ?? ''}: the Admin role has it, a custom role can grant it.`,
      },
    );
  }
}

/** Why a kind of the whole server is out of reach. */
export const NEEDS_SERVER_ADMIN =
  'needs a server admin: give GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD (a service account cannot be one)';
