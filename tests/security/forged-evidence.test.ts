import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Readiness } from '../../pkg/contract/api/readiness.ts';
import { compactTime } from '../../pkg/repository/layout.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/*
 * Records of runs that a trusted key did not sign are anyone's who can write to the bucket. None of them proves that a
 * backup was verified, that a restore was tested, or that the second copy was read back.
 */

let grafana: Simulator;
let second: Awaited<ReturnType<typeof temporaryDirectory>>;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  second = await temporaryDirectory();
  const environment = { DASHKEEP_COPY_TARGET: `file://${second.path}/copy`, DASHKEEP_COPY_SCHEDULE: 'off' };
  service = await startService({ grafanaUrl: grafana.url, environment });
  await run('backup');
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await Promise.all([second.remove(), removeDirectory(service.directory)]);
});

async function run(kind: string): Promise<Record<string, unknown>> {
  const { json, status } = await service.call('POST', '/runs', { kind });
  expect(status, JSON.stringify(json)).toBe(202);
  return service.ended(json.id) as Promise<Record<string, unknown>>;
}

async function forge(kind: string, place: number): Promise<void> {
  const time = new Date();
  const id = `${compactTime(time)}-fff0000${place}`;
  const record = {
    ...{ id, kind, status: 'complete', trigger: 'scheduled', started: time.toISOString() },
    ...{ finished: time.toISOString(), counts: { read: 9, verified: 9, checked: 9, objects: 9 }, errors: [] },
  };
  await mkdir(`${service.directory}/target/runs`, { recursive: true });
  await writeFile(`${service.directory}/target/runs/${id}.json`, JSON.stringify(record));
}

it('takes no forged record for a verification, a restore test or a copy that was read back', async () => {
  const before = (await service.call('GET', '/readiness')).json as Readiness;
  const kinds = ['verify', 'drill', 'copy'];
  await Promise.all(kinds.map(forge));
  await run('backup');

  const { evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  for (const code of ['verification', 'restore-test', 'second-copy']) {
    const levelIn = (all: Readiness['evidence']): unknown => all.find((one) => one.code === code)?.level;
    expect([code, levelIn(evidence)]).toEqual([code, levelIn(before.evidence)]);
    expect(levelIn(evidence)).toMatch(/^(warning|bad|unknown)$/);
  }

  // As the first copy, it reads back everything.
  const { counts } = (await run('copy')) as { counts: Record<string, number> };
  expect(counts).toMatchObject({ copied: 2 });
  expect(counts['read']).toBeGreaterThan(0);
});
