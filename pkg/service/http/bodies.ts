import type { Api } from './api.ts';

/**
 * Reads an empty body that is called JSON as `{}`. Grafana's HTTP client sends that content type with every POST, also
 * where there is nothing to say; fastify refuses it.
 */
export function acceptEmptyBodies(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      done(null, {});
      return;
    }
    void parse(request, body, done);
  });
}
