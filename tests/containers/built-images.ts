import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { docker, inspect, run } from './docker.ts';
import { BASES } from './images.ts';

const SERVICE = 'dashkeep:local';
const PLUGIN = 'dashkeep-plugin:local';
const CONFINED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none'];
const MEGABYTE = 1_000_000;

/** What is in the two images, and what they let their processes do. */
export function builtImages(): void {
  describe('the image of the service', () => {
    it('adds its program, its licences and a state directory to its base, and no shell', async () => {
      const added = await addedFiles(SERVICE, BASES.RUNTIME_IMAGE);
      expect(added).toEqual([
        'dashkeep/',
        'dashkeep/LICENSE',
        'dashkeep/dashkeep.mjs',
        'dashkeep/dashkeep.mjs.LEGAL.txt',
        'var/lib/dashkeep/',
      ]);
      const shell = await run('docker', ['run', '--rm', '--entrypoint', '/bin/sh', SERVICE, '-c', 'true']);
      expect(shell.code).toBe(127);
      expect(shell.stderr).toContain('no such file or directory');
    });

    it('adds less than 8 MB to its base', async () => {
      const [ours, base] = [await inspect(SERVICE), await inspect(BASES.RUNTIME_IMAGE)];
      expect(ours.Size - base.Size).toBeGreaterThan(MEGABYTE);
      expect(ours.Size - base.Size).toBeLessThan(8 * MEGABYTE);
    });

    it('runs as nobody who owns anything, with a health check and no secret in its configuration', async () => {
      const { Config: config } = await inspect(SERVICE);
      expect(config.User).toBe('65532:65532');
      expect(config.Healthcheck.Test.slice(0, 3)).toEqual(['CMD', '/nodejs/bin/node', '-e']);
      expect(Object.keys(config.ExposedPorts).sort()).toEqual(['3210/tcp', '9464/tcp']);
      expect(config.Env.filter((text: string) => /TOKEN|PASSWORD|SECRET|KEY/.test(text))).toEqual([]);
    });

    it('starts without any right, on a root that it cannot write', async () => {
      const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
      expect(await docker('run', '--rm', ...CONFINED, SERVICE, '--version')).toBe(`${version}\n`);
    });
  });

  describe('the image of the plugin', () => {
    it('holds the app beside its base, in less than 8 MB', async () => {
      const added = await addedFiles(PLUGIN, BASES.PLUGIN_IMAGE);
      expect(added).toEqual(
        expect.arrayContaining(
          ['plugin.json', 'module.js', 'dashboards/dashkeep.json'].map((name) => `dashkeep-backup-app/${name}`),
        ),
      );
      expect(added.filter((name) => !name.startsWith('dashkeep-backup-app/'))).toEqual([]);
      expect((await inspect(PLUGIN)).Size).toBeLessThan(8 * MEGABYTE);
      expect((await inspect(PLUGIN)).Config.User).toBe('65532:65532');
    });

    it('copies it into a volume, without any right', async () => {
      const list =
        'rm -rf /plugins/dashkeep-backup-app && cp -r /dashkeep-backup-app /plugins/ && ls /plugins/dashkeep-backup-app';
      const { Config: config } = await inspect(PLUGIN);
      expect(list).toContain(config.Cmd.at(-1));
      const volume = ['--tmpfs', '/plugins:mode=0777'];
      const listed = await docker('run', '--rm', ...CONFINED, ...volume, PLUGIN, 'sh', '-c', list);
      expect(listed.split('\n')).toEqual(expect.arrayContaining(['plugin.json', 'module.js']));
    });
  });
}

/** Paths that an image has and its base has not, sorted. */
async function addedFiles(image: string, base: string): Promise<string[]> {
  const known = new Set(await files(base));
  return (await files(image)).filter((name) => !known.has(name)).sort();
}

async function files(image: string): Promise<string[]> {
  const container = (await docker('create', image, 'nothing')).trim();
  try {
    const { stdout } = await run('sh', ['-c', `docker export ${container} | tar -t`]);
    return stdout.split('\n').filter(Boolean);
  } finally {
    await docker('rm', container);
  }
}
