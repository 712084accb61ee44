import type { FastifyRequest } from 'fastify';

const CONTEXT_MOST = 32_768;
const NAME_MOST = 100;

/**
 * The name of who asked, as Grafana's proxy says in a header that anybody with the token could write: information,
 * never proof.
 */
export function nameOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-grafana-context'];
  if (typeof header !== 'string' || header.length > CONTEXT_MOST) {
    return undefined;
  }
  let context: unknown;
  try {
    context = JSON.parse(header);
  } catch {
    return undefined;
  }
  if (typeof context !== 'object' || context === null) {
    return undefined;
  }
  for (const name of ['Login', 'login', 'Email', 'email', 'Name', 'name']) {
    const value: unknown = Reflect.get(context, name);
    if (typeof value === 'string' && value.trim() !== '') {
      return value.replace(/\p{C}/gu, '').trim().slice(0, NAME_MOST);
    }
  }
  return undefined;
}
