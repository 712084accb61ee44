import { afterEach, beforeEach, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { runCli, runMain } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { fastClock } from '../support/fast-clock.ts';
import { freePort } from '../support/servers/listening.ts';

let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  directory = await memoryDirectory();
});

afterEach(() => directory.remove());

const where = (): string[] => [
  '--target',
  `file://${directory.path}/repository`,
  '--state-dir',
  `${directory.path}/state`,
];

it('a backup that must not fail an upgrade ends well although Grafana is down', async () => {
  const from = ['--grafana-url', `http://127.0.0.1:${await freePort()}`];
  const credentials = { GRAFANA_API_TOKEN: 'glsa_none' };
  const backup = (...more: string[]) =>
    runCli(['backup', ...where(), ...from, ...more], credentials, { clock: fastClock() });
  await expect(backup()).rejects.toThrow();
  expect(await backup('--best-effort')).toMatchObject({ exit: 0 });
});

it('a backup that was interrupted is not reported as done', async () => {
  const signal = AbortSignal.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted'));
  const environment = { GRAFANA_URL: 'http://127.0.0.1:1', GRAFANA_API_TOKEN: 'glsa_none' };
  const ended = await runMain(['backup', ...where(), '--best-effort'], environment, { signal });
  expect(ended.exit).toBe(130);
});
