import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

interface Path {
  pattern: RegExp;
  methods: Set<string>;
}

/** Refuses what no route answers, before a body is read: a method that a path lacks, and a path that isn't there. */
export class UnknownCalls {
  readonly #paths = new Map<string, Path>();

  /** Knows every route that is registered after this. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.#paths.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      [method].flat().forEach((one) => known.methods.add(one));
      this.#paths.set(url, known);
    });
  }

  /** @throws DK_METHOD_NOT_ALLOWED, with the header Allow, or DK_NOT_FOUND */
  refuse({ method, url }: FastifyRequest, reply: FastifyReply): never {
    const path = url.split('?')[0] ?? '';
    const methods = [...this.#paths.values()].find(({ pattern }) => pattern.test(path))?.methods;
    if (methods === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', 'there is no such path', { advice: reason('see-openapi') });
    }
    const allowed = [...methods].sort().join(', ');
    reply.header('allow', allowed);
    throw new DashkeepError('DK_METHOD_NOT_ALLOWED', `this path does not accept ${method}, only ${allowed}`);
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${parts.join('/')}$`);
}
