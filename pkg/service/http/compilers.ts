import type { FastifyServerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

/**
 * Validates and serialises by the schemas of the contract. Given to fastify when it is made, because it would load
 * its own validator and serializer before they can be replaced; the bundle leaves those out.
 */
export const ZOD_COMPILERS = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    buildSerializer: () => serializerCompiler,
  },
  // Fastify's types accept only its own kind of schema here.
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;
