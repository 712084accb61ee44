import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { OPENAPI_FILE, openApiText } from '../../scripts/docs/openapi.ts';

it('describes the API as the service serves it (npm run docs writes it anew)', async () => {
  expect(await readFile(OPENAPI_FILE, 'utf8')).toBe(await openApiText());
});

it('describes every call of the contract', async () => {
  const contract = await readFile(new URL('../../pkg/contract/api/routes.ts', import.meta.url), 'utf8');
  const promised = [...contract.matchAll(/'(GET|PUT|POST|DELETE) (\/[^']*)'/g)].map(
    ([, method = '', path = '']) => `${method.toLowerCase()} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
  );
  const { paths } = JSON.parse(await readFile(OPENAPI_FILE, 'utf8')) as { paths: Record<string, object> };
  const served = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(promised.length).toBeGreaterThan(20);
  expect(served.sort()).toEqual(promised.sort());
});
