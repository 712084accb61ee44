import { expect, it } from 'vitest';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { Metrics, type Readings } from '../../pkg/service/status/metrics.ts';

function metrics(readings: Partial<Readings> = {}): Metrics {
  return new Metrics(() => ({
    version: '1.0.0',
    lastSuccess: undefined,
    scheduleInterval: 7200,
    tokenExpires: undefined,
    tokenValid: true,
    leading: true,
    grafanaReachable: true,
    targetReachable: undefined,
    snapshots: undefined,
    onHold: undefined,
    snapshotBytes: undefined,
    resources: {},
    coverage: undefined,
    shrunk: undefined,
    massChange: undefined,
    uncovered: undefined,
    findings: [],
    notificationFailures: 0,
    ...readings,
  }));
}

function ended(status: RunRecord['status'], errors = 0): RunRecord {
  return {
    id: 'r',
    kind: 'backup',
    status,
    trigger: 'schedule',
    started: '2026-01-01T00:00:00.000Z',
    counts: {},
    errors: Array.from({ length: errors }, (_, at) => ({ kind: 'dashboard', uid: String(at), reason: 'refused' })),
  } as unknown as RunRecord;
}

/** Value of a sample as a scrape sees it; undefined when there is none. */
async function sample(from: Metrics, name: string): Promise<string | undefined> {
  const lines = (await from.render()).split('\n');
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
}

it('says how the last run ended until the next one did, so that alerts end by themselves', async () => {
  const service = metrics();
  const status = (of: string): Promise<string | undefined> =>
    sample(service, `dashkeep_last_run_status{kind="backup",status="${of}"}`);
  expect(await status('failed')).toBeUndefined();
  service.ended(ended('failed', 1));
  expect([await status('failed'), await status('complete')]).toEqual(['1', '0']);
  service.ended(ended('partial', 2));
  expect([await status('failed'), await status('partial')]).toEqual(['0', '1']);
  expect(await sample(service, 'dashkeep_last_run_problems{kind="backup"}')).toBe('2');
  service.ended(ended('complete'));
  expect([await status('partial'), await status('complete')]).toEqual(['0', '1']);
});

it('distinguishes a verification that found problems from one that could not finish', async () => {
  const service = metrics();
  const verified = (counts: Record<string, number>): void =>
    service.ended({ ...ended('failed'), kind: 'verify', counts });
  const samples = async (): Promise<unknown[]> => [
    await sample(service, 'dashkeep_verify_success'),
    await sample(service, 'dashkeep_last_run_problems{kind="verify"}'),
  ];
  verified({ snapshots: 3, problems: 1 });
  expect(await samples()).toEqual(['0', '1']);
  verified({});
  expect(await samples()).toEqual(['0', '0']);
});

it('shows the runs of other processes, unless it ended a newer one', async () => {
  const verified = (id: string, status: RunRecord['status']): RunRecord => ({ ...ended(status), id, kind: 'verify' });
  const service = metrics({ runs: { verify: { ...verified('2', 'failed'), problems: 1 } } });
  const samples = async (): Promise<unknown[]> => [
    await sample(service, 'dashkeep_verify_success'),
    await sample(service, 'dashkeep_last_run_status{kind="verify",status="failed"}'),
    await sample(service, 'dashkeep_runs_total{kind="verify",status="failed"}'),
  ];
  expect(await samples()).toEqual(['0', '1', undefined]);
  // One snapshot says nothing about the others.
  service.ended({ ...verified('3', 'complete'), snapshot: 's' });
  expect(await samples()).toEqual(['0', '0', undefined]);
  service.ended(verified('4', 'complete'));
  expect(await samples()).toEqual(['1', '0', undefined]);
});

it('says nothing of a success that never was', async () => {
  expect(await sample(metrics(), 'dashkeep_last_success_timestamp_seconds')).toBeUndefined();
  expect(await sample(metrics(), 'dashkeep_schedule_interval_seconds')).toBe('7200');
});

it('ends the names of counters, and of nothing else, in _total', async () => {
  const families = [...(await metrics().render()).matchAll(/^# TYPE (\S+) (\w+)$/gm)];
  expect(families.length).toBeGreaterThan(15);
  expect(families.filter(([, name, type]) => name?.endsWith('_total') !== (type === 'counter'))).toEqual([]);
});

it('counts the notifications that could not be delivered', async () => {
  expect(await sample(metrics({ notificationFailures: 3 }), 'dashkeep_notification_failures_total')).toBe('3');
});
