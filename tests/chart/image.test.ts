import type { ChildProcess } from 'node:child_process';
import { access, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { depth } from '../support/budget.ts';
import { freePort } from '../support/servers/listening.ts';
import { copiesOf, last } from './dockerfile.ts';
import { ROOT, assemble, buildContext, canIsolate, dockerStages, inContainer, stopContainer } from './rootfs.ts';

const stages = await dockerStages();
const service = stages.find(({ name }) => name === 'service');
if (service === undefined) {
  throw new Error('the Dockerfile has no stage `service`');
}

describe('the Dockerfile', () => {
  it('ends with the service, so that a plain build makes it', () => {
    expect(stages.at(-1)?.name).toBe('service');
  });

  it('names every base with a version and a digest, none with latest', () => {
    for (const { base } of stages.filter((stage) => !stages.some(({ name }) => name === stage.base))) {
      expect(base).toMatch(/^[\w.-]+\/[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
      expect(base).not.toMatch(/:latest@/);
    }
  });

  it('runs as a user by number that is not root, without a shell', () => {
    expect(last(service, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const entrypoint = JSON.parse(last(service, 'ENTRYPOINT')) as string[];
    expect([entrypoint[0], entrypoint.at(-1)]).toEqual(['/nodejs/bin/node', '/dashkeep/dashkeep.mjs']);
    expect(JSON.parse(last(service, 'CMD'))).toEqual(['serve']);
    expect(service.instructions.some(({ name }) => name === 'RUN')).toBe(false);
  });

  it('asks the base of the app for everything that its init container runs', async () => {
    const overlay = await readFile(join(ROOT, 'examples/grafana-overlay-offline.yaml'), 'utf8');
    const [, script = ''] = /command: \[sh, -c, "(.*)"\]/.exec(overlay) ?? [];
    const programs = ['sh', ...script.split(' && ').map((command) => command.split(' ')[0])];
    const [, checked = ''] = /for tool in ([\w ]+);/.exec(await readFile(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
    expect(checked.split(' ').sort()).toEqual(programs.sort());
  });

  it('lets nobody write the program', () => {
    for (const { target, mode } of copiesOf(service).filter((copy) => copy.target.startsWith('/dashkeep'))) {
      expect((mode ?? 0o777) & 0o222, target).toBe(0);
    }
  });

  it('builds with scripts that exist, from a context that has what they need', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const used = stages.flatMap(({ instructions }) =>
      instructions.flatMap(({ text }) => /^npm run (\S+)$/.exec(text)?.[1] ?? []),
    );
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(used));
    const context = await buildContext();
    const wanted = stages.flatMap(copiesOf).filter(({ from }) => from === undefined);
    for (const path of wanted.flatMap(({ sources }) => sources)) {
      await access(join(context, path));
    }
    await rm(context, { recursive: true });
  });
});

describe.skipIf(depth() === 'quick')('the plugin image', () => {
  it('is built from the files that .dockerignore lets through', async () => {
    const plugin = stages.find(({ name }) => name === 'plugin');
    const rootfs = await assemble(plugin!, stages);
    const built = JSON.parse(await readFile(join(rootfs, 'dashkeep-backup-app/plugin.json'), 'utf8')) as { id: string };
    expect(built.id).toBe('dashkeep-backup-app');
    await rm(rootfs, { recursive: true });
  });
});

describe.skipIf(depth() === 'quick' || !(await canIsolate()))(
  'the image’s file tree, as an unprivileged user on a read-only root',
  () => {
    let rootfs = '';
    const entrypoint = JSON.parse(last(service, 'ENTRYPOINT')) as string[];

    beforeAll(async () => {
      rootfs = await assemble(service, stages);
    });

    afterAll(async () => {
      await rm(rootfs, { recursive: true, force: true });
    });

    it('holds Node and one program, of less than 8 MB', async () => {
      const { size } = await stat(join(rootfs, 'dashkeep/dashkeep.mjs'));
      expect(size).toBeGreaterThan(100_000);
      expect(size).toBeLessThan(8_000_000);
    });

    it('says its version', async () => {
      const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
      const outcome = await finished(inContainer(rootfs, service, [...entrypoint, '--version'], {}));
      expect(outcome).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    });

    it('cannot write anywhere but where it may', async () => {
      const attempt = `
      const { writeFileSync } = require('node:fs');
      const tried = ['/x', '/dashkeep/dashkeep.mjs', '/var/lib/dashkeep/x', '/tmp/x'].map((path) => {
        try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; }
      });
      console.log(process.getuid(), ...tried);`;
      const outcome = await finished(inContainer(rootfs, service, [entrypoint[0] ?? '', '-e', attempt], {}));
      expect(outcome.stdout).toBe('65532 EROFS EROFS EROFS written\n');
    });
  },
);

describe.skipIf(depth() === 'quick' || !(await canIsolate()))('the service in the image', () => {
  it('starts on a read-only root, is alive for its own health check, and ends when asked to', async () => {
    const rootfs = await assemble(service, stages);
    const [api, ops] = [await freePort(), await freePort()];
    const entrypoint = JSON.parse(last(service, 'ENTRYPOINT')) as string[];
    const command = [...entrypoint, ...(JSON.parse(last(service, 'CMD')) as string[])];
    const running = inContainer(rootfs, service, command, {
      GRAFANA_URL: 'http://127.0.0.1:1',
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: '/tmp/state',
      DASHKEEP_LISTEN: `127.0.0.1:${api}`,
      DASHKEEP_OPS_LISTEN: `127.0.0.1:${ops}`,
    });
    const ended = finished(running);
    try {
      await vi.waitFor(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${ops}/healthz`);
          expect(answer.status).toBe(200);
        },
        { timeout: 60_000, interval: 100 },
      );
      expect((await fetch(`http://127.0.0.1:${api}/api/v1/status`)).status).toBe(401);
      const [, check = ''] = /CMD (\[.*\])$/.exec(last(service, 'HEALTHCHECK')) ?? [];
      const here = (JSON.parse(check) as string[]).map((word) => word.replace(':9464', `:${ops}`));
      expect(await finished(inContainer(rootfs, service, here, {}))).toEqual({ code: 0, stdout: '', stderr: '' });
      const nobody = here.map((word) => word.replace(`:${ops}`, ':1'));
      expect((await finished(inContainer(rootfs, service, nobody, {}))).code).toBe(1);
      await stopContainer(running);
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('listening');
    } finally {
      running.kill('SIGKILL');
    }
    await rm(rootfs, { recursive: true, force: true });
  });
});

async function finished(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}
