import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPENAPI_FILE } from '../../../scripts/docs/openapi.ts';
import { cases } from '../../support/cases.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
}

interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>;
  parameters?: { name: string; in: 'path' | 'query'; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}

const document = JSON.parse(await readFile(OPENAPI_FILE, 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'api');

/** What an answer has wrong by the document; empty when it is as promised. */
function contradictions(path: string, method: string, status: number, answered: string): unknown[] {
  const pointer = ['paths', path, method, 'responses', String(status), 'content', 'application/json', 'schema'];
  const parts = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.getSchema(`api#/${parts.join('/')}`);
  if (validate === undefined) {
    return [`the status ${status} is not in the document`];
  }
  return validate(JSON.parse(answered)) === true ? [] : (validate.errors ?? []);
}

/** An address loses these, which makes it another path. */
const isSegment = (text: string): boolean => text !== '.' && text !== '..';

/** Texts that have broken servers. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  '9'.repeat(400),
  '-1',
  '1e400',
  'NaN',
  'null',
  'latest',
  'live',
  '🔥'.repeat(20),
  '* * * * *',
  '0 0 31 2 *',
  '*/0 * * * *',
  '99999999999 * * * *',
  'Europe/Nowhere',
  's3://',
  'file:///',
  'age1x',
  'W10',
  '2026-02-30T00:00:00Z',
);

/** Values that a schema might allow, and often ones that it does not. */
function valueFor(schema: Schema | undefined, depth = 0): fc.Arbitrary<unknown> {
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), nasty);
  if (schema === undefined || depth > 5) {
    return anything;
  }
  return fc.oneof({ weight: 4, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: anything });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const options = schema.oneOf ?? schema.anyOf;
  if (options !== undefined) {
    return fc.oneof(...options.map((option) => valueFor(option, depth + 1)));
  }
  if (schema.const !== undefined) {
    return fc.constant(schema.const);
  }
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum);
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return fc
        .tuple(
          fc.record(
            Object.fromEntries(
              Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, valueFor(inner, depth + 1)]),
            ),
            { requiredKeys: [] },
          ),
          fc.option(fc.dictionary(nasty, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }), { freq: 4 }),
        )
        .map(([known, more]) => ({ ...known, ...more }));
    case 'array':
      return fc.array(valueFor(schema.items, depth + 1), { maxLength: 4 });
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? -10, max: Math.min(schema.maximum ?? 1000, 1e6) }),
        fc.double(),
      );
    case 'boolean':
      return fc.boolean();
    default:
      return fc.oneof(nasty, fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 20 }));
  }
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    operation,
  })),
);

describe('whatever is sent to the API', () => {
  let grafana: Simulator;
  let service: TestService;
  let snapshot: string;

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 3, folders: 2 });
    service = await startService({ grafanaUrl: grafana.url, level: 'error' });
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    snapshot = String((await service.ended(json.id))['snapshot']);
  });
  afterAll(async () => {
    await service?.stop();
    await grafana?.close();
    await removeDirectory(service.directory);
  });

  /** A text as it can be in a URL at all. */
  const encoded = (value: unknown): string => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '\ufffd'));
  };

  it.each(operations)('never breaks $name', async ({ path, method, operation }) => {
    const parameters = operation.parameters ?? [];
    const body = operation.requestBody?.content['application/json'].schema;
    const input = fc.record({
      parameters: fc.tuple(
        ...parameters.map(({ schema, in: place }) =>
          place === 'path'
            ? fc.oneof(nasty, fc.string({ maxLength: 30 }), fc.constant('SNAPSHOT')).filter(isSegment)
            : fc.option(valueFor(schema)),
        ),
      ),
      body: fc.oneof(
        { weight: 6, arbitrary: valueFor(body).map((value) => JSON.stringify(value) ?? '') },
        { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
        { weight: 1, arbitrary: fc.constant('['.repeat(5_000)) },
      ),
      type: fc.constantFrom('application/json', 'application/json', 'application/json', 'text/plain', 'a/b; charset=x'),
      context: fc.oneof(fc.constant('{"Login":"x"}'), fc.constant('{'), fc.constant('[]'), fc.constant('null')),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ parameters: values, body: text, type, context }) => {
        let url = path;
        const query: string[] = [];
        parameters.forEach(({ name, in: place }, at) => {
          const value = values[at] === 'SNAPSHOT' ? snapshot : values[at];
          if (place === 'path') {
            url = url.replace(`{${name}}`, encoded(value) || '%20');
          } else if (value !== null) {
            query.push(`${name}=${encoded(value)}`);
          }
        });
        const answer = await fetch(`${service.url}${url}${query.length === 0 ? '' : `?${query.join('&')}`}`, {
          method,
          headers: {
            authorization: `Bearer ${service.token}`,
            'x-grafana-context': context,
            ...(body === undefined ? {} : { 'content-type': type }),
          },
          ...(body === undefined ? {} : { body: text }),
        });
        const answered = await answer.text();
        expect(answer.status, answered.slice(0, 300)).not.toBe(500);
        expect(contradictions(path, method, answer.status, answered), answered.slice(0, 300)).toEqual([]);
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
        if (answer.status >= 400) {
          const { error, message } = JSON.parse(answered) as { error: { code: string; hint: string }; message: string };
          expect(error.code).toMatch(/^DK_/);
          expect(error.hint).not.toBe('');
          expect(message).not.toMatch(/\n\s+at /);
        } else {
          expect(Object.keys((JSON.parse(answered) ?? {}) as object)).not.toContain('message');
        }
      }),
      cases(8, 40),
    );
    expect((await fetch(`${service.opsUrl}/healthz`)).status).toBe(200);
  });

  it('refuses a body of more than a megabyte', async () => {
    const { status, json } = await service.call('POST', '/restores', { snapshot: 'x'.repeat(2_000_000) });
    expect([status, json.error.code]).toEqual([413, 'DK_TOO_LARGE']);
  });
});
