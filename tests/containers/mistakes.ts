import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './docker.ts';
import { BASES } from './images.ts';
import type { Stack } from './stack.ts';

/** What people get wrong, and what they are told. */
export function mistakes(stack: () => Stack): void {
  describe('a build that cannot work says what to do', () => {
    it.each([
      ['NODE_IMAGE', BASES.PLUGIN_IMAGE, 'plugin', 'NODE_IMAGE must have Node 20.19 or later and npm'],
      ['RUNTIME_IMAGE', BASES.PLUGIN_IMAGE, 'dashkeep', 'RUNTIME_IMAGE must have Node at /nodejs/bin/node'],
      ['PLUGIN_IMAGE', BASES.RUNTIME_IMAGE, 'plugin', 'PLUGIN_IMAGE must have sh, cp, rm and mkdir in /bin'],
    ])('with the wrong %s', async (argument, image, service, message) => {
      const { code, stdout, stderr } = await stack().compose(['build', service], { [argument]: image });
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain(message);
    });

    it.each([
      ['refuses it', 403],
      ['wants a login', 401],
    ])('with a base whose registry %s', async (_what, status) => {
      const registry = createServer((_request, response) => response.writeHead(status).end());
      await once(registry.listen(0, '127.0.0.1'), 'listening');
      const { port } = registry.address() as AddressInfo;
      try {
        await refusesBase(stack(), `127.0.0.1:${port}/node:24`);
      } finally {
        registry.close();
      }
    });

    it('with a base whose registry is not reached', () => refusesBase(stack(), '127.0.0.1:1/node:24'));

    it('without a file that .dockerignore does not let through', async () => {
      const path = join(stack().folder, '.dockerignore');
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('!charts/dashkeep/files\n', ''));
      try {
        const { code, stdout, stderr } = await stack().compose(['build', 'plugin']);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain('The app needs charts/dashkeep/files/dashboard.json, which is not here.');
        expect(stdout + stderr).toContain('.dockerignore');
      } finally {
        await writeFile(path, text);
      }
    });
  });

  describe('a container without what it needs says which setting is missing', () => {
    it.each([
      ['GRAFANA_URL', {}],
      ['GRAFANA_ADMIN_PASSWORD', { GRAFANA_URL: 'http://127.0.0.1:1' }],
      ['DASHKEEP_TARGET', { GRAFANA_URL: 'http://127.0.0.1:1', GRAFANA_API_TOKEN: 'any' }],
    ])('%s', async (missing, given) => {
      const settings = Object.entries(given).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      const { code, stderr } = await run('docker', ['run', '--rm', ...settings, 'dashkeep:local', 'backup']);
      expect(code).toBe(2);
      expect(stderr).toContain(missing);
    });
  });
}

/** Expects that a build from this base fails, names it, and says it in words that the guide has advice for. */
async function refusesBase(stack: Stack, image: string): Promise<void> {
  const { code, stdout, stderr } = await stack.compose(['build', 'plugin'], { NODE_IMAGE: image });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain(image);
  const guide = await readFile(join(stack.folder, 'docs/install/compose.md'), 'utf8');
  // The row whose advice is to log in, in whatever words.
  const [row = ''] = guide.split('\n').filter((line) => line.startsWith('|') && line.includes('`docker login`'));
  expect(row, 'the guide has advice for a registry that refuses').not.toBe('');
  const [messages = ''] = row.split(' | ');
  const known = [...messages.matchAll(/`([^`]+)`/g)].map(([, message]) => message as string);
  expect(known.filter((message) => (stdout + stderr).includes(message))).not.toEqual([]);
}
