import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireHome, type RouteAccess, type Caller } from '../organizations/caller.ts';
import type { TokenOf } from '../api-tokens/api-tokens.ts';
import { MAIN_ORG } from '../../engine/restore/mapping/same-org.ts';
import type { OrgIdentities } from '../organizations/identities.ts';
import type { HomeOrganization } from '../organizations/home.ts';
import type { Use } from './route-errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it: one that doesn't keeps the service from starting. */
    access?: RouteAccess;
    /** Whether the route answers also while nobody knows which organization is the home one. */
    anytime?: boolean;
    /** What it works with; the OpenAPI document names the errors that follow from it. */
    uses?: readonly Use[];
  }

  interface FastifyRequest {
    /** Whose token was shown. */
    caller: Caller;
  }
}

export const ACCESS_EXTENSION = 'x-dashkeep-access';

/** Refuses to register a route of which nobody said for whom it is. */
export function requireDeclarations(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.access === undefined) {
      throw new Error(`the route ${String(method)} ${url} does not declare which organizations may use it`);
    }
  });
}

/**
 * The caller, for as much as the route needs to know of it.
 * @throws DK_HOME_ORGANIZATION, DK_ORGANIZATION_UNKNOWN
 */
export async function admit(
  request: FastifyRequest,
  token: TokenOf,
  { home, identities }: { home: HomeOrganization; identities: OrgIdentities },
): Promise<Caller> {
  const { access, anytime } = request.routeOptions.config;
  if (token === 'home' && (access === 'home' || anytime === true)) {
    return { org: (await home.now()) ?? 0, home: true };
  }
  const homeId = await home.id();
  const caller = { org: token === 'home' ? homeId : token, home: token === 'home' || token === homeId };
  if (access === 'home') {
    requireHome(caller, 'this');
  }
  return caller.home && caller.org === MAIN_ORG
    ? caller
    : { ...caller, identity: await identities.of(caller.org, caller.home) };
}
