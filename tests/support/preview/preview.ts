import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleHost, grafanaVersion, ROOT } from './bundle.ts';
import { html } from './html.ts';
import { forward, proxyToService, type ProxiedApp } from './pluginProxy.ts';
import { serveFile } from './staticFiles.ts';
import { remembered, Sessions, visitorOf, type Visitor } from './visitor.ts';

export interface PreviewOptions {
  /** Where the Dashkeep service listens; left out, the app is not connected, as after a bare installation. */
  sidecarUrl?: string;
  sidecarToken?: string;
  /**
   * What answers the rest of Grafana's API and knows the people that log in, and what it knows an admin by who has not
   * logged in; left out, nothing does.
   */
  grafana?: { url: string; authorization: string };
  /** 0 (the default) takes a free one. */
  port?: number;
  /** The built plugin. */
  dist?: string;
  /** The folder whose node_modules holds Grafana's packages; those of the repository by default. */
  packages?: string;
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

/**
 * Serves a page that is to the app what Grafana is: real @grafana packages, the production build of the app, its
 * settings, and an imitation of the plugin proxy in front of the service. No Grafana runs.
 * Role, theme and language follow `?role=`, `?theme=` and `?lang=` and stay until changed.
 */
export async function startPreview(options: PreviewOptions = {}): Promise<Preview> {
  const packages = options.packages ?? ROOT;
  const host = await bundleHost(packages);
  const version = grafanaVersion(packages);
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
  const sessions = options.grafana === undefined ? undefined : new Sessions(options.grafana.url);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://preview');
    const visitor = visitorOf(request, url, sessions);
    if (url.pathname === `/api/plugins/${app.id}/settings`) {
      await settings(app, manifest, visitor, request, response);
    } else if (url.pathname.startsWith(proxyPrefix)) {
      proxyToService(app, (request.url ?? '').slice(proxyPrefix.length), visitor, request, response);
    } else if (url.pathname === '/api/login/ping') {
      json(response, 200, { message: 'Logged in' });
    } else if (sessions !== undefined && url.pathname === '/login' && request.method === 'POST') {
      await login(sessions, request, response);
    } else if (options.grafana !== undefined && /^\/apis?\//.test(url.pathname)) {
      const { headers } = request;
      const asAdmin = visitor.role === 'Admin' ? options.grafana.authorization : undefined;
      const authorization = headers.authorization ?? visitor.authorization ?? asAdmin;
      const sent = authorization === undefined ? headers : { ...headers, authorization };
      forward(options.grafana.url + request.url, sent, request, response);
    } else if (/^\/apis?\//.test(url.pathname)) {
      json(response, 404, { message: 'Not found' });
    } else if (/^\/(host|public)\//.test(url.pathname)) {
      await serveFile(decodeURIComponent(url.pathname), response, { host, packages, plugin, id: app.id });
    } else if (url.pathname === '/favicon.ico') {
      response.writeHead(204).end();
    } else {
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': remembered(visitor) });
      response.end(html(visitor, app.id, version, url.pathname));
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

async function login(sessions: Sessions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { user = '', password = '' } = await body<{ user?: string; password?: string }>(request);
  const session = await sessions.login(user, password);
  if (session === undefined) {
    return json(response, 401, { message: 'Invalid username or password' });
  }
  response.setHeader('set-cookie', `grafana_session=${session}; Path=/; HttpOnly; SameSite=Lax`);
  json(response, 200, { message: 'Logged in', redirectUrl: '/' });
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
    const given = await body<SettingsBody>(request);
    // As in Grafana: everything is replaced but the secrets, which are merged.
    app.enabled = given.enabled ?? false;
    app.jsonData = given.jsonData ?? {};
    app.secureJsonData = { ...app.secureJsonData, ...given.secureJsonData };
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

async function body<T extends object>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString() || '{}') as T;
}

function json(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}
