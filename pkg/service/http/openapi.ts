import Fastify from 'fastify';
import { createJsonSchemaTransform, type ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ApiError } from '../../contract/api/common.ts';
import type { ServiceParts } from '../parts.ts';
import { ACCESS_EXTENSION } from './access.ts';
import { errorsOf } from './route-errors.ts';
import { registerRoutes, ROUTES_PREFIX } from './routes/all.ts';
import { ZOD_COMPILERS } from './compilers.ts';

const DESCRIPTION = [
  'The API of the Dashkeep service. Errors are `{error: {code, message, hint, why?, advice?}, message}`.',
  'The token identifies the organization of the caller. `x-dashkeep-access` is `organization` if every organization may',
  'make the call and sees its own data, and `home` if only the home organization may, because the call affects all.',
  'If a path does not support a method, the response is 405 with the header `Allow`. Each GET call also supports HEAD.',
].join(' ');

const transform = createJsonSchemaTransform({
  zodToJsonConfig: {
    override: ({ jsonSchema }) => {
      if (jsonSchema.pattern !== undefined) {
        jsonSchema.pattern = portable(jsonSchema.pattern);
      }
    },
  },
});

/** Digits are meant as ASCII; to Python `\d` is any script's. */
function portable(pattern: string): string {
  return pattern.replaceAll('\\d', '[0-9]');
}

interface Document {
  paths?: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
  components?: Record<string, object>;
}

/**
 * The OpenAPI document of the routes, from the schemas that they validate with. Made from a second set of routes that
 * nothing reaches, so that what is only needed for this is not loaded before somebody asks.
 */
export async function describeApi(parts: ServiceParts): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = Fastify({ schemaController: ZOD_COMPILERS, logger: false }).withTypeProvider<ZodTypeProvider>();
  const errors = new Map<string, Record<string, object>>();
  app.addHook('onRoute', ({ method, url, config = {} }) => {
    const path = url.replace(/:(\w+)/g, '{$1}');
    [method].flat().forEach((one) => errors.set(`${one.toLowerCase()} ${path}`, errorResponses(one, config)));
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dashkeep',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
      servers: [{ url: '/' }],
    },
    transform: (given) => {
      const { schema, url } = transform(given);
      return { schema: { ...schema, [ACCESS_EXTENSION]: given.route.config?.access }, url };
    },
  });
  await app.register(
    async (api) => {
      registerRoutes(api.withTypeProvider<ZodTypeProvider>(), parts);
    },
    { prefix: ROUTES_PREFIX },
  );
  await app.ready();
  const document = app.swagger() as Document;
  await app.close();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const { '4XX': _refused, '5XX': _failed, ...successes } = operation.responses ?? {};
      operation.responses = { ...successes, ...errors.get(`${method} ${path}`) };
    }
  }
  const { $schema: _dialect, ...error } = z.toJSONSchema(ApiError);
  return { ...document, components: { ...document.components, schemas: { ApiError: error } } };
}

/** By status; the description names the codes that it can have. */
function errorResponses(method: string, config: Parameters<typeof errorsOf>[1]): Record<string, object> {
  const schema = { $ref: '#/components/schemas/ApiError' };
  return Object.fromEntries(
    [...errorsOf(method, config)].map(([status, codes]) => [
      status,
      { description: codes.join(', '), content: { 'application/json': { schema } } },
    ]),
  );
}
