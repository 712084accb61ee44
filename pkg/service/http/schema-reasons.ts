import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';

/** What the schema found, as the validator names it: `origin` is what kind of value was too small or too large. */
interface Found {
  origin?: unknown;
  expected?: unknown;
  minimum?: unknown;
  maximum?: unknown;
}

/** Why a schema refused a value, in words for the person who typed it. */
export function schemaReason({ keyword, params, message = '' }: FastifySchemaValidationError): KnownReason {
  const { origin, expected, minimum, maximum } = params as Found;
  if (keyword === 'too_small' && isNumber(origin)) {
    return reason('number-small', { least: String(minimum) });
  }
  if (keyword === 'too_big' && isNumber(origin)) {
    return reason('number-large', { most: String(maximum) });
  }
  if (keyword === 'too_big') {
    return reason(origin === 'string' ? 'text-long' : 'list-long', { most: String(maximum) });
  }
  if (keyword === 'invalid_type' && isNumber(expected)) {
    return reason('number-whole');
  }
  return reason('value-invalid', { message });
}

function isNumber(name: unknown): boolean {
  return name === 'number' || name === 'int';
}
