import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let first: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  first = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await first.stop();
  await grafana.close();
  await removeDirectory(first.directory);
});

it('a second service refuses a state directory that another one uses, and commands beside it work', async () => {
  const { directory } = first;
  const second = () => startService({ grafanaUrl: grafana.url, directory });

  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(second()).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      message: `DASHKEEP_STATE_DIR: another service uses ${join(directory, 'state')}. Stop that service, or set another directory`,
    });
  }

  expect((await first.call('GET', '/status')).status).toBe(200);
  const beside = await runMain(['backup'], {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_KUBERNETES: 'off',
    DASHKEEP_TARGET: `file://${directory}/target`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  });
  expect(beside.exit, beside.error).toBe(0);
  await first.stop();
  first = await second();
});

it('a service that was killed leaves its state directory to the next one', async () => {
  const { directory } = first;
  await first.stop();
  const socket = join(directory, 'state', 'service.sock');
  const killed = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  expect(spawnSync(process.execPath, ['-e', killed, socket]).signal).toBe('SIGKILL');
  expect(existsSync(socket)).toBe(true);

  first = await startService({ grafanaUrl: grafana.url, directory });
});

it('a state directory with a long path is locked, too', async () => {
  const environment = { DASHKEEP_STATE_DIR: join(first.directory, 'long'.repeat(40)) };
  const start = () => startService({ grafanaUrl: grafana.url, directory: first.directory, environment });
  await first.stop();

  first = await start();
  expect(first.lines.join('')).not.toContain('could not be locked');
  await expect(start()).rejects.toMatchObject({ message: expect.stringContaining('another service uses') });
  await first.stop();
  first = await start();
});

it('a service that cannot lock its state directory starts, and logs it', async () => {
  const { directory } = first;
  await first.stop();
  await mkdir(join(directory, 'state', 'service.sock', 'occupied'), { recursive: true });

  first = await startService({ grafanaUrl: grafana.url, directory });
  expect(first.lines.join('')).toContain('the state directory could not be locked: make sure that no other service');
});
