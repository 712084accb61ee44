import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVER_KINDS } from '../../pkg/contract/kinds.ts';
import type { SnapshotSummary } from '../../pkg/contract/manifest.ts';
import { planRetention, type RetentionPolicy } from '../../pkg/repository/snapshots/retention.ts';
import { cases } from '../support/cases.ts';

const NOW = new Date('2026-11-24T12:00:00Z');

function snapshot(time: string, status: SnapshotSummary['status'] = 'complete', n = 0): SnapshotSummary {
  const iso = new Date(time).toISOString();
  const id = `${iso.replace(/[-:]|\.\d+/g, '')}-${n.toString(16).padStart(8, '0')}`;
  return { id, time: iso, status, trigger: 'scheduled', resources: 1, bytes: 1, signed: true };
}

function keptTimes(snapshots: SnapshotSummary[], policy: RetentionPolicy): string[] {
  return planRetention(snapshots, policy, NOW).kept.map(({ time }) => time.slice(0, 16));
}

/** One every six hours, newest first, ending 2026-11-24 06:00. */
const sixHourly = Array.from({ length: 400 }, (_, n) =>
  snapshot(new Date(Date.parse('2026-11-24T06:00:00Z') - n * 6 * 3_600_000).toISOString()),
);

describe('retention keeps', () => {
  it('the last ones', () => {
    expect(keptTimes(sixHourly, { keepLast: 2 })).toEqual(['2026-11-24T06:00', '2026-11-24T00:00']);
  });

  it('the last ones that are full, however many much smaller ones are newer', () => {
    const small = { shrunk: { since: sixHourly[1]?.id ?? '', losses: [{ before: 128, gone: 123 }] } };
    const burned = [{ ...sixHourly[0]!, ...small }, ...sixHourly.slice(1, 4), { ...sixHourly[4]!, ...small }];
    const paused = planRetention(burned, { keepLast: 1 }, NOW);
    expect(paused.forgotten).toEqual([]);
    expect(paused.kept.map(({ time, reasons }) => [time.slice(0, 16), ...reasons]).slice(0, 3)).toEqual([
      ['2026-11-24T06:00', 'newer than any full one, although many resources are missing or different'],
      ['2026-11-24T00:00', 'newest complete snapshot', 'last'],
      ['2026-11-23T18:00', expect.stringMatching(/^retention is paused until someone accepts/)],
    ]);
    const { kept, forgotten } = planRetention(burned.slice(1), { keepLast: 1 }, NOW);
    expect(kept.map(({ time }) => time.slice(0, 16))).toEqual(['2026-11-24T00:00']);
    expect(forgotten.at(-1)?.reasons).toEqual([
      'many resources are missing or different, and a newer full snapshot exists',
    ]);
  });

  it('the newest of each day', () => {
    expect(keptTimes(sixHourly, { keepDaily: 3 })).toEqual([
      '2026-11-24T06:00',
      '2026-11-23T18:00',
      '2026-11-22T18:00',
    ]);
  });

  it('the newest of each day where the people are', () => {
    expect(keptTimes(sixHourly, { keepDaily: 2, timeZone: 'Pacific/Auckland' })).toEqual([
      '2026-11-24T06:00',
      '2026-11-23T06:00',
    ]);
  });

  it('weeks from Monday, also across the turn of a year', () => {
    const days = ['2026-01-05', '2026-01-04', '2026-01-01', '2025-12-29', '2025-12-28'].map((day) => snapshot(day));
    expect(keptTimes(days, { keepWeekly: 3 })).toEqual(['2026-01-05T00:00', '2026-01-04T00:00', '2025-12-28T00:00']);
  });

  it('months and years', () => {
    const months = Array.from({ length: 30 }, (_, n) => snapshot(new Date(Date.UTC(2026, 10 - n, 15)).toISOString()));
    expect(keptTimes(months, { keepMonthly: 2, keepYearly: 3 })).toEqual([
      '2026-11-15T00:00',
      '2026-10-15T00:00',
      '2025-12-15T00:00',
      '2024-12-15T00:00',
    ]);
  });

  it('both of the hours that have the same name when the clocks go back', () => {
    const night = ['2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z'].map((time) => snapshot(time));
    expect(keptTimes(night, { keepHourly: 2, timeZone: 'Europe/Paris' })).toHaveLength(2);
  });

  it('everything within a time of the newest, however long ago that was', () => {
    const old = ['2020-05-31', '2020-05-30', '2020-04-30', '2020-04-29'].map((day) => snapshot(day));
    expect(keptTimes(old, { keepWithin: '1d' })).toEqual(['2020-05-31T00:00', '2020-05-30T00:00']);
    expect(keptTimes(old, { keepWithin: '1m' })).toEqual(['2020-05-31T00:00', '2020-05-30T00:00', '2020-04-30T00:00']);
  });

  it('says why for each', () => {
    const plan = planRetention(sixHourly, { keepLast: 1, keepDaily: 1, keepWithin: '6h' }, NOW);
    expect(plan.kept[0]?.reasons).toEqual([
      'newest complete snapshot',
      'last',
      'daily',
      'at most 6h older than the newest complete snapshot',
    ]);
    expect(plan.kept[1]?.reasons).toEqual(['at most 6h older than the newest complete snapshot']);
    expect(plan.forgotten[0]?.reasons).toEqual(['no rule keeps it']);
    expect(plan.kept[1]?.why).toEqual([{ code: 'kept-within', params: { within: '6h' } }]);
    expect(plan.forgotten[0]?.why).toEqual([{ code: 'kept-by-none', params: {} }]);
  });
});

describe('a snapshot that reaches more than the newest, made with other credentials,', () => {
  const held = (orgs: number[], server: number): Pick<SnapshotSummary, 'held' | 'scope'> => ({
    held: {
      orgs: orgs.map((id) => ({ id, name: `Org ${id}`, resources: 1, bytes: 1, problems: 0 })),
      server: { resources: server, bytes: 1, problems: 0 },
    },
    scope: { orgs: orgs.length > 1 ? 'all' : 'own', serverAdmin: server > 0 },
  });
  const byToken = { ...snapshot('2026-11-24'), ...held([1], 0) };
  const byAdmin = ['2026-11-23', '2026-11-22'].map((day) => ({ ...snapshot(day), ...held([1, 2], 3) }));
  const days = (newest: SnapshotSummary): string[] =>
    keptTimes([newest, ...byAdmin], { keepLast: 1 }).map((time) => time.slice(8, 10));

  it('stays, because a restore of everything needs its organizations and users', () => {
    const plan = planRetention([byToken, ...byAdmin], { keepLast: 1 }, NOW);
    expect(plan.kept.map(({ time, reasons }) => [time.slice(8, 10), ...reasons])).toEqual([
      ['24', 'newest complete snapshot', 'last'],
      ['23', 'last complete snapshot with organizations or kinds that the newest complete snapshot lacks'],
    ]);
  });

  it('stays for its organizations or for its server kinds alone', () => {
    expect(days({ ...byToken, ...held([1], 3) })).toEqual(['24', '23']);
    expect(days({ ...byToken, ...held([1, 2], 0) })).toEqual(['24', '23']);
    expect(days({ ...byToken, ...held([1, 2], 3) })).toEqual(['24']);
  });

  it('stays however old, where a person left out what it has', () => {
    const unselected = [...SERVER_KINDS];
    const narrower = { ...byToken, scope: { orgs: 'chosen', serverAdmin: false, unselected } as const };
    expect(days(narrower)).toEqual(['24', '23']);
    const old = ['2026-10-25', '2026-10-24'].map((day) => ({ ...snapshot(day), ...held([1, 2], 3) }));
    expect(keptTimes([narrower, ...old], { keepLast: 1 }).map((time) => time.slice(0, 10))).toEqual([
      '2026-11-24',
      '2026-10-25',
    ]);
  });

  it('stays once for each organization and kind that a person left out, however often backups take turns', () => {
    const turns = Array.from({ length: 12 }, (_, n) => ({
      ...snapshot(new Date(Date.parse('2026-11-24T11:00:00Z') - n * 3_600_000).toISOString()),
      ...held([(n % 2) + 1], 3),
      scope: { orgs: 'chosen', serverAdmin: true, ...(n % 4 < 2 ? { unselected: ['team' as const] } : {}) } as const,
    }));
    const kept = keptTimes([...turns, { ...snapshot('2026-11-23'), ...held([1, 2, 3], 3) }], { keepLast: 1 });
    expect(kept.map((time) => time.slice(8))).toEqual(['24T11:00', '24T10:00', '24T09:00', '24T08:00', '23T00:00']);
  });
});

describe('partial snapshots', () => {
  it('push no complete one out', () => {
    const snapshots = [
      snapshot('2026-11-24', 'partial'),
      snapshot('2026-11-23', 'partial'),
      snapshot('2026-11-22'),
      snapshot('2026-11-21'),
    ];
    const plan = planRetention(snapshots, { keepLast: 1 }, NOW);
    expect(plan.kept.map(({ time }) => time.slice(8, 10))).toEqual(['24', '23', '22']);
  });

  it('go when a complete one is newer', () => {
    const plan = planRetention([snapshot('2026-11-24'), snapshot('2026-11-23', 'partial')], { keepLast: 5 }, NOW);
    expect(plan.forgotten.map(({ reasons }) => reasons)).toEqual([['partial, and a newer complete snapshot exists']]);
  });
});

describe.each(['safety', 'drill'] as const)('snapshots taken aside (%s)', (trigger) => {
  const aside = (time: string): SnapshotSummary => ({ ...snapshot(time), trigger });

  it('stay until the week is over', () => {
    const snapshots = [snapshot('2026-11-24'), aside('2026-11-17T12:00:01Z'), aside('2026-11-17T12:00:00Z')];
    const plan = planRetention(snapshots, { keepLast: 1 }, NOW);
    expect(plan.forgotten.map(({ time }) => time)).toEqual(['2026-11-17T12:00:00.000Z']);
  });

  it('stay a week, and never count as the newest', () => {
    const snapshots = [
      aside('2026-11-24T10:00:00Z'),
      aside('2026-11-10T10:00:00Z'),
      snapshot('2026-11-09'),
      snapshot('2026-11-08'),
    ];
    const plan = planRetention(snapshots, { keepLast: 1 }, NOW);
    expect(plan.kept.map(({ reasons }) => reasons)).toEqual([
      [`created before a restore or for a restore test, less than a week ago`],
      ['newest complete snapshot', 'last'],
    ]);
    expect(plan.forgotten.map(({ reasons }) => reasons)).toEqual([
      [`created before a restore or for a restore test, more than a week ago`],
      ['no rule keeps it'],
    ]);
  });
});

it('snapshots on hold are kept, whatever they are', () => {
  const hold = { note: 'for the auditors', since: '2026-11-24T00:00:00Z' };
  const held = [
    { ...snapshot('2026-11-04'), hold },
    { ...snapshot('2026-11-03', 'partial'), hold },
    { ...snapshot('2026-11-02'), trigger: 'safety' as const, hold },
  ];
  const plan = planRetention([snapshot('2026-11-24'), ...held, snapshot('2026-11-01')], { keepLast: 1 }, NOW);
  expect(plan.kept.slice(1).map(({ reasons }) => reasons)).toEqual(held.map(() => ['on hold']));
  expect(plan.forgotten.map(({ time }) => time.slice(8, 10))).toEqual(['01']);
});

describe('a policy is refused', () => {
  it.each<[string, RetentionPolicy]>([
    ['without a rule', {}],
    ['with nothing but zeros', { keepLast: 0, keepDaily: 0 }],
    ['with a negative number', { keepLast: -1 }],
    ['with half a snapshot', { keepLast: 0.5 }],
    ['with an empty duration', { keepWithin: '' }],
    ['with a duration that is none', { keepWithin: '3 days' }],
    ['with a zone that is none', { keepLast: 1, timeZone: 'Mars/Olympus' }],
  ])('%s', (_what, policy) => {
    expect(() => planRetention([], policy, NOW)).toThrow(expect.objectContaining({ code: 'DK_USAGE' }));
  });
});

describe('for any history and policy', () => {
  const histories = fc.array(fc.record({ minutes: fc.nat(3_000_000), complete: fc.boolean(), n: fc.nat(0xffff) }), {
    maxLength: 60,
  });
  const policies = fc.record(
    {
      keepLast: fc.nat(5),
      keepHourly: fc.nat(5),
      keepDaily: fc.nat(5),
      keepWeekly: fc.nat(5),
      keepMonthly: fc.nat(5),
      keepYearly: fc.nat(5),
      keepWithin: fc.constantFrom('1h', '3d', '2w', '1m', '1y'),
      timeZone: fc.constantFrom('UTC', 'Europe/Paris', 'America/St_Johns', 'Pacific/Chatham'),
    },
    { requiredKeys: ['keepLast'] },
  );
  const given = (minutes: number, complete: boolean, n: number): SnapshotSummary =>
    snapshot(new Date(NOW.getTime() - minutes * 60_000).toISOString(), complete ? 'complete' : 'partial', n);

  it('every snapshot is decided once, the newest complete one stays, and forgetting again forgets nothing more', () => {
    fc.assert(
      fc.property(histories, policies, (history, policy) => {
        fc.pre((policy.keepLast ?? 0) > 0);
        const snapshots = [
          ...new Map(
            history.map(({ minutes, complete, n }) => given(minutes, complete, n)).map((s) => [s.id, s]),
          ).values(),
        ];
        const plan = planRetention(snapshots, policy, NOW);

        expect([...plan.kept, ...plan.forgotten].map(({ id }) => id).sort()).toEqual(
          snapshots.map(({ id }) => id).sort(),
        );
        const newest = snapshots
          .filter(({ status }) => status === 'complete')
          .sort((a, b) => (a.id < b.id ? 1 : -1))[0];
        expect(newest === undefined || plan.kept.some(({ id }) => id === newest.id)).toBe(true);

        const left = snapshots.filter(({ id }) => plan.kept.some((kept) => kept.id === id));
        expect(planRetention(left, policy, NOW).forgotten).toEqual([]);
      }),
      cases(50, 200),
    );
  });

  it('one more partial snapshot changes nothing for the complete ones', () => {
    fc.assert(
      fc.property(histories, fc.nat(3_000_000), policies, (history, minutes, policy) => {
        fc.pre((policy.keepLast ?? 0) > 0);
        const snapshots = history.map(({ minutes: m, complete, n }) => given(m, complete, n));
        const complete = (all: SnapshotSummary[]): string[] =>
          planRetention(all, policy, NOW)
            .kept.filter(({ status }) => status === 'complete')
            .map(({ id }) => id);
        expect(complete([...snapshots, given(minutes, false, 0x10000)])).toEqual(complete(snapshots));
      }),
      cases(100, 500),
    );
  });
});
