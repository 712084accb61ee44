import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../../contract/api/common.ts';
import { asDashkeepError, DashkeepError, type ErrorCode, failureText } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { sentenceOf, type KnownReason, reason } from '../../contract/reasons/catalogue.ts';
import { FieldErrors } from '../settings/validate.ts';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';

/** Of fastify's own refusals. */
const CODES_BY_STATUS: Record<number, ErrorCode> = { 413: 'DK_TOO_LARGE', 415: 'DK_MEDIA_TYPE' };

/** The body of an answer that is not a success. */
export function errorBody(error: DashkeepError, refused: RefusedFields = {}): ApiError {
  return { error: { ...failureText(error), ...refused }, message: error.message };
}

/** What is wrong with fields of what was sent, in English and as data. */
type RefusedFields = Pick<ApiError['error'], 'fields' | 'fieldReasons'>;

/** Every error becomes an answer of the catalogue; what nobody foresaw is logged, and the caller sees nothing of it. */
export function errorHandler(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const { known, ...refused } = translate(error);
    if (known.code === 'DK_INTERNAL') {
      log.error({ method: request.method, route: request.routeOptions.url, stack: error.stack }, 'an unexpected error');
      const hidden = new DashkeepError(
        'DK_INTERNAL',
        'an unexpected error occurred; the log of the service has the details',
      );
      void reply.code(500).send(errorBody(hidden));
      return;
    }
    void reply.code(known.status).send(errorBody(known, refused));
  };
}

function translate(error: FastifyError): { known: DashkeepError } & RefusedFields {
  if (error instanceof FieldErrors) {
    return { known: error, fields: error.fields, fieldReasons: error.reasons };
  }
  if (error instanceof DashkeepError) {
    return { known: error };
  }
  if (error.validation !== undefined) {
    const fields: Record<string, string> = {};
    const fieldReasons: Record<string, KnownReason> = {};
    for (const refused of error.validation) {
      const path = refused.instancePath.replace(/^\//, '').replaceAll('/', '.') || 'body';
      fieldReasons[path] = schemaReason(refused);
      fields[path] = sentenceOf(fieldReasons[path]);
    }
    const text = Object.entries(fields).map(([path, why]) => `${path}: ${why}`);
    const where = error.validationContext ?? 'request';
    const known = new DashkeepError('DK_USAGE', `${where} not valid: ${text.join('; ').slice(0, 600)}`);
    return { known, fields, fieldReasons };
  }
  // Fastify's own refusals: bodies that are too large or no JSON, media types, …
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    const code = CODES_BY_STATUS[error.statusCode] ?? 'DK_USAGE';
    return { known: new DashkeepError(code, error.message.slice(0, 200)) };
  }
  return { known: asDashkeepError(error) };
}

/** What the schema found, as the validator names it: `origin` is what kind of value was too small or too large. */
interface Found {
  origin?: unknown;
  expected?: unknown;
  minimum?: unknown;
  maximum?: unknown;
}

/** Why a schema refused a value, in words for the person who typed it. */
function schemaReason({ keyword, params, message = '' }: FastifySchemaValidationError): KnownReason {
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
