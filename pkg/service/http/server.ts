import Fastify from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { DashkeepError } from '../../contract/errors.ts';
import type { ServiceParts } from '../parts.ts';
import { admit, requireDeclarations } from './access.ts';
import type { Api } from './api.ts';
import { ZOD_COMPILERS } from './compilers.ts';
import { errorHandler, errorBody } from './errors.ts';
import type { Certificate } from './certificate.ts';
import { describeApi } from './openapi.ts';
import { UnknownCalls } from './methods.ts';
import { registerRoutes, ROUTES_PREFIX } from './routes/all.ts';
import { withEncodedUid } from './routes/versions.ts';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const BODY_MOST = 1024 * 1024;
/** Grafana's description of its user can be some kilobytes. */
const HEADERS_MOST = 64 * 1024;

const SECURITY_HEADERS: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The HTTP API below /api/v1. It listens nowhere yet; with a certificate it speaks TLS alone. */
export async function buildApi(parts: ServiceParts, certificate?: Certificate): Promise<Api> {
  const { apiTokens, log, signal } = parts;
  const app = Fastify({
    schemaController: ZOD_COMPILERS,
    bodyLimit: BODY_MOST,
    rewriteUrl: ({ url = '' }) => withEncodedUid(url),
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    // How long an id may be is checked after the token; the router would say before it that there is such a path.
    routerOptions: { maxParamLength: HEADERS_MOST },
    ...serverOptions(certificate),
    clientErrorHandler: refuseClient,
    // Addresses that the router itself refuses, before anything of ours is asked.
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS);
      errorHandler(log)(error, request, reply);
    },
    // What a request was about is in the records of runs; lines of access would only repeat Grafana's.
    logger: false,
  }).withTypeProvider<ZodTypeProvider>();
  acceptJson(app);
  app.setErrorHandler(errorHandler(log));
  const unknownCalls = new UnknownCalls(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    // An app of an earlier release sends the address of the token, too.
    const [scheme = '', ...shown] = (request.headers.authorization ?? '').split(' ');
    const token = scheme.toLowerCase() === 'bearer' ? await apiTokens.orgOf(shown.at(-1) ?? '') : undefined;
    if (token === undefined) {
      reply.header('www-authenticate', 'Bearer realm="dashkeep"');
      throw new DashkeepError('DK_UNAUTHORIZED', 'the token is missing or wrong');
    }
    if (request.is404) {
      unknownCalls.refuse(request, reply);
    }
    request.caller = await admit(request, token, parts);
  });
  // A connection that stays open would delay the end of the process.
  app.addHook('onSend', async (_request, reply) => {
    if (signal.aborted) {
      reply.header('connection', 'close');
    }
  });
  requireDeclarations(app);
  await app.register(
    async (api) => {
      const typed = api.withTypeProvider<ZodTypeProvider>();
      let description: Promise<object> | undefined;
      const config = { access: 'organization', anytime: true } as const;
      typed.get('/openapi.json', { config }, () => (description ??= describeApi(parts)));
      registerRoutes(typed, parts);
    },
    { prefix: ROUTES_PREFIX },
  );
  await app.ready();
  return app;
}

/** Typed as plain HTTP in both cases: routes don't know the difference. */
function serverOptions(certificate: Certificate | undefined): { http: { maxHeaderSize: number } } {
  const options = { maxHeaderSize: HEADERS_MOST };
  return certificate === undefined
    ? { http: options }
    : ({ https: { ...options, ...certificate.options } } as unknown as { http: typeof options });
}

/**
 * Takes JSON alone, and reads an empty body that is called JSON as `{}`. Grafana's HTTP client sends that content type
 * with every POST, also where there is nothing to say; fastify refuses it.
 */
function acceptJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      done(null, {});
      return;
    }
    void parse(request, body, done);
  });
}

const REFUSALS: Record<string, { status: number; reason: string }> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'the headers of the request are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'the request did not arrive in time' },
};
const NO_HTTP = { status: 400, reason: 'the request is not valid HTTP' };

/** Answers what is not even a request, in the words of all other errors, and ends the connection. */
function refuseClient(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason } = REFUSALS[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify(errorBody(new DashkeepError('DK_USAGE', reason)));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
