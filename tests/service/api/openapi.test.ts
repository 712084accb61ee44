import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { OPENAPI_FILE, openApiText } from '../../../scripts/docs/openapi.ts';

interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content: Record<string, { schema: unknown }> }> }>
  >;
}

const text = await readFile(OPENAPI_FILE, 'utf8');
const document = JSON.parse(text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({ name: `${method} ${path}`, method, responses })),
);

it('describes the API as the service serves it (npm run docs writes it again)', async () => {
  expect(text).toBe(await openApiText());
});

it('describes every call of the contract', async () => {
  const contract = await readFile(new URL('../../../pkg/contract/api/routes.ts', import.meta.url), 'utf8');
  const promised = [...contract.matchAll(/'(GET|PUT|POST|DELETE) (\/[^']*)'/g)].map(
    ([, method = '', path = '']) => `${method.toLowerCase()} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
  );
  expect(promised.length).toBeGreaterThan(20);
  expect(operations.map(({ name }) => name).sort()).toEqual(promised.sort());
});

describe('the errors of each operation', () => {
  it.each(operations)('$name: each status by itself, in the one shape that errors have', ({ method, responses }) => {
    const [success, ...refusals] = Object.keys(responses);
    expect(success).toMatch(/^20[012]$/);
    expect(refusals).toEqual(expect.arrayContaining(['400', '401', '500', '503']));
    if (method !== 'get') {
      expect(refusals).toEqual(expect.arrayContaining(['413', '415']));
    }
    for (const status of refusals) {
      expect(status).toMatch(/^[45]\d\d$/);
      expect(responses[status]?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/ApiError' });
    }
  });
});

describe('the patterns', () => {
  const patterns = new Set([...text.matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(([, json = '']) => json));
  const read = [...patterns].map((json) => JSON.parse(json) as string);

  it('are there', () => expect(read.length).toBeGreaterThan(4));

  it.each(read)('%s means the same to ECMAScript, with and without `u`', (pattern) => {
    expect(() => [new RegExp(pattern), new RegExp(pattern, 'u')]).not.toThrow();
    // Classes whose members differ, properties, and groups that others write differently.
    expect(pattern).not.toMatch(/\\[dDwWsSbBpPkAZz]|\(\?(?!:)/);
  });

  const python = ((): string => {
    try {
      return execFileSync('python3', ['--version'], { encoding: 'utf8' });
    } catch {
      return '';
    }
  })();

  it.skipIf(python === '')('mean the same to Python', () => {
    const texts = [
      'a',
      'a b',
      '',
      '1y6m',
      '30d',
      '٣d',
      '2026-02-28T00:00:00Z',
      '\u0085',
      'a\u0000',
      'é🔥',
      'a/b',
      'a-b_c.D',
    ];
    const program =
      'import json, re, sys\np, t = json.load(sys.stdin)\nprint(json.dumps([[bool(re.search(a, b)) for b in t] for a in p]))';
    const input = JSON.stringify([read, texts]);
    const found = JSON.parse(execFileSync('python3', ['-c', program], { input, encoding: 'utf8' })) as boolean[][];
    expect(found).toEqual(read.map((pattern) => texts.map((one) => new RegExp(pattern).test(one))));
  });
});
