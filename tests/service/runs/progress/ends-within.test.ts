import { expect, it } from 'vitest';
import type { RunRecord } from '../../../../pkg/contract/runs.ts';
import { endsWithin } from '../../../../pkg/service/runs/ends-within.ts';

const now = new Date('2026-11-30T10:00:02.000Z');
const begun = { started: '2026-11-30T10:00:00.000Z' };

function run(of: Partial<RunRecord>): RunRecord {
  const { started } = begun;
  return { id: 'x', kind: 'backup', status: 'complete', trigger: 'manual', started, counts: {}, errors: [], ...of };
}

it('is the duration of the slowest of the last three backups, less the time since the start', () => {
  const past = [
    ...[run({ duration: 4_000 }), run({ duration: 30_000 }), run({ kind: 'verify', duration: 90_000 })],
    ...[run({ duration: 5_000 }), run({ duration: 80_000 })],
  ];

  expect(endsWithin({ ...begun, kind: 'backup' }, past, now)).toBe(28);
});

it('scales the duration of a smaller restore by the number of resources', () => {
  const past = [run({ kind: 'restore', duration: 5_000, planned: 40 })];

  expect(endsWithin({ ...begun, kind: 'restore', planned: 100 }, past, now)).toBe(10.5);
  expect(endsWithin({ ...begun, kind: 'restore', planned: 10 }, past, now)).toBe(3);
});

it('is unknown while the run waits', () => {
  const waiting = { ...begun, kind: 'backup', phase: 'waiting for Grafana' } as const;

  expect(endsWithin(waiting, [run({ duration: 30_000 })], now)).toBeUndefined();
});

it('is unknown without a comparable run that ended well, and after the time has passed', () => {
  const past = [
    run({ status: 'cancelled', duration: 60_000 }),
    run({ duration: 1_000 }),
    run({ kind: 'restore', duration: 3_000, planned: 1 }),
  ];

  expect(endsWithin({ ...begun, kind: 'backup' }, past, now)).toBeUndefined();
  expect(endsWithin({ ...begun, kind: 'restore', planned: 100 }, past, now)).toBeUndefined();
  expect(endsWithin({ ...begun, kind: 'prune' }, past, now)).toBeUndefined();
});
