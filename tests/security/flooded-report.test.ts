import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compactTime } from '../../pkg/repository/layout.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realClock } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/*
 * A report has all records of runs of its period in memory. Anyone who can write to the bucket can put thousands there,
 * each of megabytes, or records of backups that nobody made.
 */

const MEGABYTE = 1024 * 1024;
const HOUR = 3_600_000;

let grafana: Simulator;
let service: TestService;
let ahead = 0;
const clock = { ...realClock, now: () => new Date(Date.now() + ahead) };

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  const environment = { DASHKEEP_SCHEDULE: '0 * * * *' };
  service = await startService({ grafanaUrl: grafana.url, environment, clock });
  for (ahead of [0, 20 * HOUR]) {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    await service.ended(json.id);
  }
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

async function forge(id: string, time: Date, more: object): Promise<void> {
  const record = {
    ...{ id, kind: 'restore', status: 'complete', trigger: 'manual', started: time.toISOString() },
    ...{ finished: time.toISOString(), counts: {}, errors: [], ...more },
  };
  await writeFile(`${service.directory}/target/runs/${id}.json`, JSON.stringify(record));
}

async function report(): Promise<string> {
  const period = 'format=csv&from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z';
  const { json, status } = await service.call('GET', `/readiness/report?${period}`);
  expect(status).toBe(200);
  return json.text as string;
}

it('shows of an unsigned record no more than a line, however long it is', async () => {
  const long = 'x'.repeat(MEGABYTE);
  const forged = [
    { by: long },
    { trigger: long },
    { counts: { [long]: 1 } },
    { touched: [{ org: 1, kind: 'dashboard', uid: long, title: 'x', did: 'created' }] },
    { failure: { code: 'DK_INTERNAL', message: long, hint: long } },
    { warnings: [long] },
    { finished: `2026-01-01T00:00:00.${'0'.repeat(MEGABYTE)}Z` },
  ];
  for (const [place, more] of forged.entries()) {
    await forge(`20260101T00000${place}Z-0000000${place}`, new Date('2026-01-01'), more);
  }

  const text = await report();

  expect(text.match(/"unsigned record"/g)).toHaveLength(forged.length);
  expect(text).toContain('"signed record"');
  expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThan(5000);
});

it('shows a time without a backup, whatever unsigned records say', async () => {
  for (let hours = 1; hours < 20; hours++) {
    const time = new Date(Date.now() + hours * HOUR);
    await forge(`${compactTime(time)}-0000000a`, time, { kind: 'backup' });
  }

  expect(await report()).toContain('"overdue backup"');
});
