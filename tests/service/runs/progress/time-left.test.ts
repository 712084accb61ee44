import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../pkg/contract/runs.ts';
import { TimeLeft, type Course } from '../../../../pkg/service/runs/time-left.ts';
import { hastyClock } from '../../../support/fast-clock.ts';

type Report = Pick<Progress, 'phase' | 'step' | 'done' | 'total'>;

/** A phase as it goes: how long it takes in seconds, and how much of it is done then, where that is counted. */
interface Phase {
  name: string;
  takes: number;
  number: number;
  of: number;
  total?: number;
  /** Part of the work that is done after a part of the time. */
  curve?: (part: number) => number;
}

interface Watched {
  seen: { at: number; left: number; limit: number | undefined }[];
  course: Course;
}

const EVERY = 0.3;

/** Runs phases against a clock, looking every 0.3 seconds: the limits with the truth. */
function watch(phases: readonly Phase[], past: readonly Course[] = [], expected: Record<string, number> = {}): Watched {
  let now = 0;
  const timeLeft = new TimeLeft({ ...hastyClock, monotonic: () => now * 1000 }, past, expected);
  const end = phases.reduce((sum, { takes }) => sum + takes, 0);
  const seen: Watched['seen'] = [];
  let began = 0;
  for (const { name, takes, number, of, total, curve = (part: number) => part } of phases) {
    const at = (part: number): Report => {
      const counted = total === undefined ? { done: 0 } : { done: Math.floor(curve(part) * total), total };
      return { phase: name, done: 0, step: { name, number, of, ...counted } };
    };
    for (now = began; now < began + takes; now += EVERY) {
      timeLeft.note(at((now - began) / takes));
      seen.push({ at: now, left: end - now, limit: timeLeft.seconds });
    }
    began += takes;
    now = began;
    timeLeft.note(at(1));
  }
  return { seen, course: timeLeft.course };
}

/**
 * What people need to know: after some seconds there is a limit, it is true, and it is not far from the truth. It never
 * rises while it is said.
 * @param silent - which part of the time nothing is said at most, for a run that is not like the one before
 */
function assertHonest({ seen }: Pick<Watched, 'seen'>, from = 5, silent = 0): void {
  const looks = seen.filter((one) => one.at >= from);
  for (const { at, left, limit } of looks) {
    const what = `after ${at.toFixed(1)} s, ${left.toFixed(1)} s are left, not ${limit?.toFixed(1)}`;
    if (limit !== undefined) {
      // Pages show tens of seconds.
      expect(Math.ceil(limit / 10) * 10, what).toBeGreaterThanOrEqual(left);
      expect(limit, what).toBeLessThanOrEqual(Math.max(3 * left, left + 20));
    }
  }
  expect(looks.filter(({ limit }) => limit === undefined).length).toBeLessThanOrEqual(silent * looks.length);
  expect(risesOf(seen)).toEqual([]);
}

/** Where a limit is said that is above the one a moment before. */
function risesOf(seen: Watched['seen']): number[] {
  return seen.flatMap(({ at, limit = 0 }, index) => (limit > (seen[index - 1]?.limit ?? Infinity) ? at : []));
}

/** How 100 dashboards are restored: the state before, the writes, and then reading back what is not counted. */
const restore = (times: number, total = 100): Phase[] => [
  { name: 'saving', number: 1, of: 2, takes: 2 * times, total: 300 },
  { name: 'restoring', number: 2, of: 2, takes: 5 * times, total, curve: (part) => Math.min(1, part * 1.4) },
  { name: 'restoring', number: 2, of: 2, takes: 4 * times, total, curve: () => 1 },
];

const backup = (times: number, permissions = 400): Phase[] => [
  { name: 'reading', number: 1, of: 4, takes: 6 * times },
  { name: 'permissions', number: 2, of: 4, takes: permissions * 0.02 * times, total: permissions },
  { name: 'checking', number: 3, of: 4, takes: 1 * times },
  { name: 'publishing', number: 4, of: 4, takes: 2 * times },
];

describe('the limit of the time left', () => {
  it.each([
    ['as fast', 1],
    ['faster', 0.7],
    ['slower', 1.2],
  ])('is honest from the beginning when a run is %s as the one before', (_, times) => {
    for (const phases of [restore, backup]) {
      assertHonest(watch(phases(times), [watch(phases(1)).course]), 0);
    }
  });

  it('is honest after some seconds when a run is twice as slow as the one before', () => {
    assertHonest(watch(restore(2), [watch(restore(1)).course]), 5, 0.7);
    assertHonest(watch(backup(2), [watch(backup(1)).course]), 12, 0.7);
  });

  it('is as long as the work is', () => {
    const [few, many] = [watch(restore(0.4, 20)).course, watch(restore(1)).course];
    // Saving takes three times as long, too.
    assertHonest(watch(restore(3, 300), [many], { restoring: 300 }), 5, 0.7);
    assertHonest(watch(restore(0.4, 20), [many], { restoring: 20 }), 0);
    // One of a few resources says too little.
    expect(watch(restore(1), [few], { restoring: 100 }).seen[0]?.limit).toBeUndefined();
    assertHonest(watch(backup(5, 400), [watch(backup(5, 40)).course]), 30, 0.5);
  });

  it('is not that of one slow run among the last three, and nothing of earlier ones', () => {
    const [usual, slow] = [watch(backup(1)).course, watch(backup(5)).course];

    expect(watch(backup(1), [slow, usual, usual]).seen[0]?.limit).toBeCloseTo(17 * 1.4);
    expect(watch(backup(1), [usual, usual, usual, slow]).seen[0]?.limit).toBeCloseTo(17 * 1.4);
  });

  it('is known in the last step of a first run, and unknown before', () => {
    const [saving, writing] = restore(3).map(({ curve: _, ...phase }): Phase => phase);
    const reading = { name: 'restoring', number: 2, of: 2, takes: 2, total: 100, curve: () => 1 };
    const { seen } = watch([saving!, writing!, reading]);

    expect(seen.filter(({ at, limit }) => at < 6 && limit !== undefined)).toEqual([]);
    // What comes first may be faster than the rest: half of it is to be done.
    assertHonest({ seen }, 14);
  });

  it('is not that of the first few, which wait for the first responses', () => {
    const phases = (times: number): Phase[] => [
      {
        name: 'permissions',
        number: 1,
        of: 2,
        takes: 20 * times,
        total: 205,
        curve: (part) => Math.max(0.005, part * 2 - 1),
      },
      { name: 'publishing', number: 2, of: 2, takes: 5 * times },
    ];
    const { seen } = watch(phases(1.1), [watch(phases(1)).course]);

    expect(Math.max(...seen.map(({ limit = 0 }) => limit))).toBeLessThan(100);
  });

  it('is unknown while the run waits, which says nothing about its pace', () => {
    let now = 0;
    const timeLeft = new TimeLeft({ ...hastyClock, monotonic: () => now }, [watch(restore(1)).course]);
    const step = { name: 'restoring', number: 2, of: 2, done: 50, total: 100 };
    timeLeft.note({ phase: 'restoring', done: 50, step });
    now += 3_000;
    const before = timeLeft.seconds;
    timeLeft.note({ phase: 'waiting for Grafana', done: 50, step });
    now += 60_000;
    expect(timeLeft.seconds).toBeUndefined();
    timeLeft.note({ phase: 'restoring', done: 50, step });
    expect(timeLeft.seconds).toBeCloseTo(before ?? 0);
  });

  it('still holds in a phase that no run had before', () => {
    const known = backup(1);
    const between = { name: 'permissions end', number: 2, of: 4, takes: 1 };
    const { seen } = watch([...known.slice(0, 2), between, ...known.slice(2)], [watch(known).course]);

    assertHonest({ seen }, 0);
  });

  it('never rises, whatever is slower than before: first nothing is said, then a higher one', () => {
    const quickFirst = (takes: number): Phase[] => [
      { name: 'saving', number: 1, of: 2, takes: 4, total: 300 },
      { name: 'restoring', number: 2, of: 2, takes, total: 100, curve: (part) => part ** 1.7 },
      { name: 'restoring', number: 2, of: 2, takes: takes / 4, total: 100, curve: () => 1 },
    ];
    const { course } = watch(quickFirst(20));
    for (const takes of [20, 40, 60, 200]) {
      for (const past of [[], [course], [watch(restore(1)).course]]) {
        const { seen } = watch(quickFirst(takes), past, { restoring: 100 });
        expect(risesOf(seen)).toEqual([]);
        expect(seen.every(({ limit = 1 }) => limit > 0)).toBe(true);
        expect(seen.some(({ limit }) => limit !== undefined)).toBe(true);
      }
    }
    const [publishing] = [{ name: 'publishing', number: 4, of: 4, takes: 30 }];
    const { seen } = watch([publishing], [watch([{ ...publishing, takes: 3 }]).course]);
    expect(risesOf(seen)).toEqual([]);
  });
});
