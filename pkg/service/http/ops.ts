import { createServer, type Server } from 'node:http';
import type { ServiceParts } from '../parts.ts';

/** Health and metrics, on their own port: no token, no secret, no write. */
export function buildOps({ statusView, metrics }: Pick<ServiceParts, 'statusView' | 'metrics'>): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: object | string, type = 'application/json'): void => {
      response.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(405, { status: 'method not allowed' });
      return;
    }
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        answer(200, { status: 'alive' });
        return;
      case '/readyz': {
        const reasons = statusView.notReady();
        answer(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
        return;
      }
      case '/metrics':
        metrics.render().then(
          (text) => answer(200, text, metrics.contentType),
          () => answer(500, { status: 'metrics cannot be gathered' }),
        );
        return;
      default:
        answer(404, { status: 'not found' });
    }
  }).setTimeout(10_000);
}
