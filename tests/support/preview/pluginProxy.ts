import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { posix } from 'node:path';
import { renderGoTemplate } from '../grafana/go-template.ts';

export type OrgRole = 'Viewer' | 'Editor' | 'Admin';

interface Route {
  path: string;
  method?: string;
  url: string;
  reqRole?: OrgRole;
  headers?: { name: string; content: string }[];
}

export interface ProxiedApp {
  id: string;
  enabled: boolean;
  routes: Route[];
  jsonData: Record<string, unknown>;
  secureJsonData: Record<string, string>;
}

const RANK: Record<OrgRole, number> = { Viewer: 0, Editor: 1, Admin: 2 };

/**
 * Headers that Grafana takes away before it asks the service; the last ones are Go's, as they concern one connection.
 */
const REMOVED = [
  'cookie',
  'set-cookie',
  'authorization',
  'origin',
  'referer',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-grafana-user',
  'host',
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Grafana's plugin proxy, by its rules (pkg/api/pluginproxy/pluginproxy.go, pkg/util/proxyutil): routes in the
 * manifest's order, the first match decides, no access ends it; cookies go, the signed-in user and the route's headers
 * are added. X-Grafana-User and X-Grafana-Id, which an operator has to turn on, are not.
 */
export function proxyToService(
  app: ProxiedApp,
  tail: string,
  user: { login: string; role: OrgRole },
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  if (!app.enabled) {
    return fail(outgoing, 404, 'Plugin is not enabled');
  }
  const [asked = '', query] = tail.split('?');
  const path = posix.normalize(`/${asked}`).slice(1).replace(/\/$/, '');
  const route = app.routes.find((candidate) => matches(candidate, path, incoming.method ?? 'GET'));
  if (route === undefined) {
    return fail(outgoing, 404, 'plugin route match not found');
  }
  if (route.reqRole !== undefined && RANK[user.role] < RANK[route.reqRole]) {
    return fail(outgoing, 403, 'plugin proxy route access denied');
  }
  const rest = route.path.endsWith('*') ? path.slice(route.path.length - 1) : '';
  const target = `${filled(route.url, app)}${rest === '' ? '' : `/${rest}`}${query === undefined ? '' : `?${query}`}`;
  forward(target, headersFor(route, app, user, incoming), incoming, outgoing);
}

function matches(route: Route, path: string, method: string): boolean {
  const wanted = route.method ?? '';
  if (wanted !== '' && wanted !== '*' && wanted !== method) {
    return false;
  }
  return route.path.endsWith('*') ? path.startsWith(route.path.slice(0, -1)) : path === route.path;
}

function filled(template: string, { jsonData, secureJsonData }: ProxiedApp): string {
  return renderGoTemplate(template, { JsonData: jsonData, SecureJsonData: secureJsonData });
}

function headersFor(route: Route, app: ProxiedApp, user: { login: string; role: OrgRole }, incoming: IncomingMessage) {
  const headers: Record<string, string | string[] | undefined> = { ...incoming.headers };
  for (const name of REMOVED) {
    delete headers[name];
  }
  const address = incoming.socket.remoteAddress;
  // Once by Grafana and once by Go.
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], address, address].filter(Boolean).join(', ');
  headers['x-grafana-referer'] = incoming.headers.referer ?? '';
  headers['x-grafana-context'] = JSON.stringify({
    UserID: 1,
    OrgID: 1,
    OrgName: 'Main Org.',
    OrgRole: user.role,
    Login: user.login,
    Name: user.login,
    Email: `${user.login}@example.org`,
    IsGrafanaAdmin: false,
    IsAnonymous: false,
  });
  for (const header of route.headers ?? []) {
    headers[header.name.toLowerCase()] = filled(header.content, app);
  }
  return headers;
}

/** Where nobody answers, Grafana has a status and not a word. */
const EMPTY = { 'content-length': '0' };

/** Passes a request on to where the target says, and the answer back, as the proxy does. */
export function forward(
  target: string,
  headers: Record<string, string | string[] | undefined>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  if (!URL.canParse(target)) {
    outgoing.writeHead(502, EMPTY).end();
    return;
  }
  const request = target.startsWith('https:') ? httpsRequest : httpRequest;
  const upstream = request(target, { method: incoming.method, headers }, (answer) => {
    const answered = { ...answer.headers, 'content-security-policy': 'sandbox' };
    delete answered['set-cookie'];
    outgoing.writeHead(answer.statusCode ?? 502, answered);
    answer.pipe(outgoing);
  });
  upstream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (!outgoing.headersSent) {
      outgoing.writeHead(code === 'ETIMEDOUT' ? 504 : 502, EMPTY);
    }
    outgoing.end();
  });
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function fail(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message, traceID: '' }));
}
