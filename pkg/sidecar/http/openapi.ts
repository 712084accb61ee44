import Fastify from 'fastify';
import { jsonSchemaTransform, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Service } from '../service.ts';
import { ACCESS_EXTENSION } from './access.ts';
import { registerRoutes, ROUTES_PREFIX } from './routes/all.ts';
import { ZOD_COMPILERS } from './compilers.ts';

/**
 * The OpenAPI document of the routes, from the schemas that they validate with. Made from a second set of routes that
 * nothing reaches, so that what is only needed for this is not loaded before somebody asks.
 */
export async function describeApi(service: Service): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = Fastify({ schemaController: ZOD_COMPILERS, logger: false }).withTypeProvider<ZodTypeProvider>();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dashkeep',
        version: '1',
        description:
          'The API of the service that keeps Grafana safe. Errors are `{error: {code, message, hint}, message}`. ' +
          'The token says which organization asks. `x-dashkeep-access` is `organization` where every organization may ask ' +
          'and sees what is its own, and `home` where only the home organization may, because it concerns all.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
      servers: [{ url: '/' }],
    },
    transform: (given) => {
      const { schema, url } = jsonSchemaTransform(given);
      return { schema: { ...schema, [ACCESS_EXTENSION]: given.route.config?.access }, url };
    },
  });
  await app.register(
    async (api) => {
      registerRoutes(api.withTypeProvider<ZodTypeProvider>(), service);
    },
    { prefix: ROUTES_PREFIX },
  );
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
