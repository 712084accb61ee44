import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { globalAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { startGrafana } from '../../grafana/index.ts';
import { forward, proxyToService, type OrgRole, type ProxiedApp } from '../../preview/pluginProxy.ts';
import { authorities, provision } from './provisioning.ts';

/*
 * What replaces Grafana's image where none can be pulled: the simulator behind Grafana's port, provisioned from the
 * places that the image reads, with the plugin proxy for the app that is in its folder of plugins. Nothing is kept.
 */

/** Where Grafana's image keeps these; other folders may be given for a trial without a container. */
const PROVISIONING = process.env['GF_PATHS_PROVISIONING'] ?? '/etc/grafana/provisioning';
const PLUGINS = process.env['GF_PATHS_PLUGINS'] ?? '/var/lib/grafana/plugins';
const PORT = Number(process.env['GF_SERVER_HTTP_PORT'] ?? 3000);

// Go, in which Grafana is written, trusts what is in these folders.
const trusted = await Promise.all((process.env['SSL_CERT_DIR'] ?? '').split(':').map(authorities));
globalAgent.options.ca = [...rootCertificates, ...trusted.flat()];

const grafana = await startGrafana({ profile: '13.2' });
for (const user of grafana.state.users.values()) {
  user.login = process.env['GF_SECURITY_ADMIN_USER'] ?? user.login;
  user.password = process.env['GF_SECURITY_ADMIN_PASSWORD'] ?? user.password;
}
const manifests = await provision(grafana.state, PROVISIONING, PLUGINS);

/** Who sends these headers, as the simulator knows them; undefined: nobody. */
async function caller(authorization: string): Promise<{ login: string; role: OrgRole } | undefined> {
  const answer = await fetch(`${grafana.url}/api/user/orgs`, { headers: { authorization } });
  if (!answer.ok) {
    return undefined;
  }
  const orgs = (await answer.json()) as { orgId: number; role: OrgRole }[];
  return { login: 'somebody', role: orgs.find(({ orgId }) => orgId === 1)?.role ?? 'Viewer' };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, id = '', tail = ''] = /^\/api\/plugin-proxy\/([^/]+)\/(.*)$/.exec(request.url ?? '') ?? [];
  const manifest = manifests.get(id);
  if (manifest === undefined) {
    return forward(grafana.url + request.url, request.headers, request, response);
  }
  const user = await caller(request.headers.authorization ?? '');
  if (user === undefined) {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}');
    return;
  }
  const settings = grafana.state.org(1).pluginSettings.get(id);
  const app: ProxiedApp = {
    id,
    routes: manifest.routes ?? [],
    enabled: settings?.enabled ?? false,
    jsonData: settings?.jsonData ?? {},
    secureJsonData: settings?.secureJsonData ?? {},
  };
  proxyToService(app, tail, user, request, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(PORT, '0.0.0.0', () => console.log(`simulated Grafana ${grafana.profile.version}, port ${PORT}`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(0));
}
