import { readFile, writeFile } from 'node:fs/promises';
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
      ['PLUGIN_IMAGE', BASES.RUNTIME_IMAGE, 'plugin', 'PLUGIN_IMAGE must have sh, cp and rm in /bin'],
    ])('with the wrong %s', async (argument, image, service, message) => {
      const { code, stdout, stderr } = await stack().compose(['build', service], { [argument]: image });
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain(message);
    });

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
      ['DASHKEEP_TARGET', {}],
      ['GRAFANA_URL', { DASHKEEP_TARGET: 'file:///tmp/x' }],
      ['GRAFANA_ADMIN_PASSWORD', { GRAFANA_URL: 'http://127.0.0.1:1', DASHKEEP_TARGET: 'file:///tmp/x' }],
    ])('%s', async (missing, given) => {
      const settings = Object.entries(given).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      const { code, stderr } = await run('docker', ['run', '--rm', ...settings, 'dashkeep:local', 'backup']);
      expect(code).toBe(2);
      expect(stderr).toContain(missing);
    });
  });
}
