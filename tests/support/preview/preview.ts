import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleHost, ROOT } from './bundle.ts';
import { forward, proxyToService, type OrgRole, type ProxiedApp } from './pluginProxy.ts';
import { serveFile } from './staticFiles.ts';

export interface PreviewOptions {
  /** Where the Dashkeep service listens; left out, the app is not connected, as after a bare installation. */
  sidecarUrl?: string;
  sidecarToken?: string;
  /** What answers Grafana's own API, as far as the app asks it; left out, nothing does. */
  grafana?: { url: string; authorization: string };
  /** 0 (the default) takes a free one. */
  port?: number;
  /** The built plugin. */
  dist?: string;
}

export interface Preview {
  /** The page to open: the app's overview. */
  url: string;
  origin: string;
  /** What Grafana would hold for the app; tests may change it. */
  app: ProxiedApp;
  close(): Promise<void>;
}

interface Manifest {
  id: string;
  routes: ProxiedApp['routes'];
}

interface SettingsBody {
  enabled?: boolean;
  pinned?: boolean;
  jsonData?: Record<string, unknown>;
  secureJsonData?: Record<string, string>;
}

const ROLES: OrgRole[] = ['Viewer', 'Editor', 'Admin'];
const LANGUAGES = ['en-US', 'fr-FR'];

/**
 * Serves a page that is to the app what Grafana is: real @grafana packages, the production build of the app, its
 * settings, and an imitation of the plugin proxy in front of the service. No Grafana runs.
 * Role, theme and language follow `?role=`, `?theme=` and `?lang=` and stay until changed.
 */
export async function startPreview(options: PreviewOptions = {}): Promise<Preview> {
  const host = await bundleHost();
  const plugin = options.dist ?? join(ROOT, 'dist');
  const manifest = JSON.parse(readFileSync(join(plugin, 'plugin.json'), 'utf8')) as Manifest;
  const app: ProxiedApp = {
    id: manifest.id,
    enabled: true,
    routes: manifest.routes,
    jsonData: options.sidecarUrl === undefined ? {} : { sidecarUrl: options.sidecarUrl },
    secureJsonData: options.sidecarToken === undefined ? {} : { sidecarToken: options.sidecarToken },
  };
  const proxyPrefix = `/api/plugin-proxy/${app.id}/`;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://preview');
    const visitor = visitorOf(request, url);
    if (url.pathname === `/api/plugins/${app.id}/settings`) {
      await settings(app, manifest, visitor, request, response);
    } else if (url.pathname.startsWith(proxyPrefix)) {
      const tail = (request.url ?? '').slice(proxyPrefix.length);
      proxyToService(app, tail, { login: visitor.role.toLowerCase(), role: visitor.role }, request, response);
    } else if (url.pathname === '/api/search' && options.grafana !== undefined) {
      const { authorization } = options.grafana;
      forward(options.grafana.url + (request.url ?? ''), { authorization }, request, response);
    } else if (url.pathname.startsWith('/api/')) {
      json(response, 404, { message: 'Not found' });
    } else if (/^\/(host|public)\//.test(url.pathname)) {
      await serveFile(decodeURIComponent(url.pathname), response, { host, plugin, id: app.id });
    } else if (url.pathname === '/favicon.ico') {
      response.writeHead(204).end();
    } else {
      page(response, visitor, app.id);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => json(response, 500, { message: String(error) }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `${origin}/a/${app.id}`, origin, app, close };
}

interface Visitor {
  role: OrgRole;
  theme: 'dark' | 'light';
  language: string;
}

/** Who is looking: chosen in the address, remembered in a cookie as Grafana remembers a session. */
function visitorOf(request: IncomingMessage, url: URL): Visitor {
  const cookie = /preview=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const [role = '', theme = '', language = ''] = decodeURIComponent(cookie).split('|');
  const choose = <T extends string>(name: string, kept: string, allowed: readonly T[], fallback: T): T => {
    const wanted = (url.searchParams.get(name) ?? kept).toLowerCase();
    return allowed.find((candidate) => candidate.toLowerCase() === wanted) ?? fallback;
  };
  return {
    role: choose('role', role, ROLES, 'Admin'),
    theme: choose('theme', theme, ['dark', 'light'], 'dark'),
    language: choose('lang', language, LANGUAGES, 'en-US'),
  };
}

async function settings(
  app: ProxiedApp,
  manifest: Manifest,
  visitor: Visitor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    if (visitor.role !== 'Admin') {
      return json(response, 403, { message: "You'll need additional permissions to perform this action." });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as SettingsBody;
    // As in Grafana: everything is replaced but the secrets, which are merged.
    app.enabled = body.enabled ?? false;
    app.jsonData = body.jsonData ?? {};
    app.secureJsonData = { ...app.secureJsonData, ...body.secureJsonData };
    return json(response, 200, { message: 'Plugin settings updated' });
  }
  const secureJsonFields = Object.fromEntries(Object.keys(app.secureJsonData).map((name) => [name, true]));
  json(response, 200, {
    ...manifest,
    module: `public/plugins/${app.id}/module.js`,
    baseUrl: `public/plugins/${app.id}`,
    enabled: app.enabled,
    pinned: true,
    jsonData: app.jsonData,
    secureJsonFields,
  });
}

function page(response: ServerResponse, visitor: Visitor, pluginId: string): void {
  const boot = {
    assets: { dark: '', light: '' },
    navTree: [],
    user: {
      id: 1,
      isSignedIn: true,
      login: visitor.role.toLowerCase(),
      name: visitor.role,
      email: '',
      orgId: 1,
      orgName: 'Main Org.',
      orgRole: visitor.role,
      isGrafanaAdmin: false,
      theme: visitor.theme,
      timezone: 'browser',
      locale: visitor.language,
      regionalFormat: visitor.language,
      language: visitor.language,
      weekStart: '',
      permissions: {},
    },
    settings: {
      appUrl: '/',
      appSubUrl: '',
      namespace: 'default',
      buildInfo: { version: '13.2.2', commit: 'preview', env: 'development', edition: 'Open Source' },
      featureToggles: {},
      rbacEnabled: true,
    },
    preview: { pluginId, roles: ROLES, languages: LANGUAGES },
  };
  const html = `<!doctype html>
<html lang="${visitor.language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <base href="/" />
    <title>Dashkeep</title>
    <link rel="stylesheet" href="/host/main.css" />
    <style>
      html { box-sizing: border-box; }
      *, *::before, *::after { box-sizing: inherit; }
      html, body, #reactRoot { margin: 0; height: 100%; }
      button, input, select, textarea { margin: 0; font: inherit; }
    </style>
  </head>
  <body>
    <div id="reactRoot"></div>
    <script>
      window.__grafana_public_path__ = '/public/';
      window.grafanaBootData = ${JSON.stringify(boot).replaceAll('<', '\\u003c')};
    </script>
    <script type="module" src="/host/main.js"></script>
  </body>
</html>`;
  const cookie = encodeURIComponent([visitor.role, visitor.theme, visitor.language].join('|'));
  response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `preview=${cookie}; Path=/; SameSite=Lax` });
  response.end(html);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
