import manifest from '../../../../plugin.json' with { type: 'json' };
import type { Call } from '../http/call.ts';
import { Raw } from '../http/call.ts';
import { problem } from '../http/problems.ts';
import { renderGoTemplate } from '../go-template.ts';
import type { Router } from '../http/router.ts';

interface Route {
  url: string;
  headers: { name: string; content: string }[];
}
/** Imported, so that a bundle of the simulator holds it. */
const [ROUTE] = (manifest as unknown as { routes: [Route] }).routes;

/** What Grafana's proxy passes on of a request, besides what it adds itself. */
const PASSED_ON = ['content-type', 'if-match', 'idempotency-key', 'x-grafana-org-id', 'x-dashkeep-org'];

/**
 * The plugin proxy, as far as the app's only route goes (pkg/api/pluginproxy): the caller is an Admin of the
 * organization, address and headers follow from the app's manifest and its settings there, and an Authorization of the
 * caller is replaced.
 */
export function pluginProxyRoutes(router: Router): void {
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    router.on(`${method} /api/plugin-proxy/:id/api/*`, proxied);
  }
}

async function proxied(call: Call): Promise<Raw> {
  const settings = call.org.pluginSettings.get(call.param('id'));
  if (settings?.enabled !== true) {
    throw problem(404, 'Plugin is not enabled');
  }
  if (call.identity.role !== 'Admin' && !call.identity.isGrafanaAdmin) {
    throw problem(403, 'plugin proxy route access denied');
  }
  const query = call.query.toString();
  const rest = call.path.slice(`/api/plugin-proxy/${call.param('id')}/api`.length);
  const data = { JsonData: settings.jsonData ?? {}, SecureJsonData: settings.secureJsonData };
  const target = `${renderGoTemplate(ROUTE.url, data)}${rest}${query === '' ? '' : `?${query}`}`;
  const headers: Record<string, string> = {
    ...Object.fromEntries(ROUTE.headers.map(({ name, content }) => [name, renderGoTemplate(content, data)])),
    'x-grafana-context': JSON.stringify({ OrgID: call.org.id, Login: call.identity.login }),
  };
  for (const name of PASSED_ON) {
    if (call.header(name) !== '') {
      headers[name] = call.header(name);
    }
  }
  try {
    const body = call.bodyText === '' ? {} : { body: call.bodyText };
    const answer = await fetch(target, { method: call.method, headers, ...body });
    return new Raw(await answer.text(), answer.status);
  } catch {
    throw problem(502, '');
  }
}
