import { objectAt, stringAt, type Json, type JsonObject } from '../../../../pkg/lib/json/json.ts';
import { can } from '../access.ts';
import { Reply, type Call } from '../http/call.ts';
import { systemSso, type SsoProvider } from '../model/content.ts';
import { accessDenied, problem } from '../http/problems.ts';
import type { Router } from '../http/router.ts';

const MASK = '*********';
const SSO = '/api/v1/sso-settings';

/** Settings and counts of the whole server. */
export function serverRoutes(router: Router): void {
  router.on('GET /api/admin/settings', (call) => {
    call.require('settings:read');
    return {
      DEFAULT: { app_mode: 'production', instance_name: 'simulator' },
      security: { admin_user: 'admin', admin_password: MASK, secret_key: MASK },
      server: { http_port: '3000', protocol: 'http', root_url: '%(protocol)s://%(domain)s:%(http_port)s/' },
      database: { type: 'sqlite3', password: '' },
    };
  });
  ssoRoutes(router);
}

function ssoRoutes(router: Router): void {
  router.on(`GET ${SSO}`, (call) => {
    call.require('settings:read');
    return [...call.state.sso]
      .filter(([provider]) => can(call.identity, 'settings:read', `settings:auth.${provider}:*`))
      .map(([provider, stored]) => dto(provider, stored));
  });
  router.on(`GET ${SSO}/:provider`, (call) => dto(call.param('provider'), find(call, 'settings:read')));
  router.on(`PUT ${SSO}/:provider`, (call) => {
    find(call, 'settings:write');
    const settings = objectAt(call.json(), 'settings') ?? {};
    // A mask that is sent back is stored as the secret.
    call.state.sso.set(call.param('provider'), { settings, source: 'database' });
    return new Reply(204, undefined);
  });
  router.on(`DELETE ${SSO}/:provider`, (call) => {
    find(call, 'settings:write');
    const system = systemSso().get(call.param('provider'));
    if (system !== undefined) {
      call.state.sso.set(call.param('provider'), system);
    }
    return new Reply(204, undefined);
  });
}

function find(call: Call, action: string): SsoProvider {
  const provider = call.param('provider');
  if (!can(call.identity, action, `settings:auth.${provider}:*`)) {
    throw accessDenied(action);
  }
  const stored = call.state.sso.get(provider);
  if (stored === undefined) {
    throw problem(404, 'The provider was not found');
  }
  return stored;
}

function dto(provider: string, stored: SsoProvider): JsonObject {
  const settings = Object.fromEntries(
    Object.entries(stored.settings).map(([name, value]): [string, Json] => [
      name,
      /secret/i.test(name) && stringAt(stored.settings, name) ? MASK : value,
    ]),
  );
  return { id: provider, provider, settings, source: stored.source };
}
