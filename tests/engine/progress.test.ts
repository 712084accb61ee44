import { describe, expect, it } from 'vitest';
import type { ProgressStep, WholeProgress } from '../../pkg/contract/runs.ts';
import { ProgressCounter } from '../../pkg/engine/progress.ts';
import { savingProgress } from '../../pkg/engine/restore/apply/progress.ts';
import { edit } from './backup/edits.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { type Bench, start } from './harness.ts';

const COUNT = 80;

async function filled(): Promise<Bench> {
  const bench = await start({ profile: '12.4', pageBytes: 8_000 });
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900, v2Share: 0 });
  return bench;
}

/** A clock on which every report is due. */
function watched(): { clock: typeof hastyClock; seen: WholeProgress[]; onProgress: (one: WholeProgress) => void } {
  const seen: WholeProgress[] = [];
  let now = 0;
  return {
    clock: { ...hastyClock, monotonic: () => (now += 500) },
    seen,
    onProgress: (one) => seen.push(structuredClone(one)),
  };
}

function stepsOf(seen: readonly WholeProgress[]): ProgressStep[] {
  return seen.flatMap(({ step }) => step ?? []);
}

function assertForward(steps: readonly ProgressStep[]): void {
  steps.forEach((step, index) => {
    const before = steps[index - 1];
    expect(step.total === undefined || step.done <= step.total, JSON.stringify(step)).toBe(true);
    if (before !== undefined) {
      expect(step.number).toBeGreaterThanOrEqual(before.number);
      if (step.number === before.number) {
        expect(step.done, JSON.stringify([before, step])).toBeGreaterThanOrEqual(before.done);
      }
    }
  });
}

const namesOf = (steps: readonly ProgressStep[]): string[] => [...new Set(steps.map(({ name }) => name))];

describe('the progress of a backup', () => {
  it('goes from step to step, and knows no total before everything is listed', async () => {
    const bench = await filled();
    const { seen, ...options } = watched();

    await bench.backup(options);

    const steps = stepsOf(seen);
    assertForward(steps);
    expect(namesOf(steps)).toEqual(['reading', 'permissions', 'checking', 'publishing']);
    const reading = steps.filter(({ name }) => name === 'reading');
    expect(reading.slice(0, -97).every(({ total }) => total === undefined)).toBe(true);
    const permissions = steps.filter(({ name }) => name === 'permissions');
    const last = permissions.at(-1)!;
    expect(last.done).toBe(last.total);
    expect(last.total).toBeGreaterThan(COUNT);
    // The total is known from the beginning, not as many as were read.
    expect(permissions.find(({ done }) => done === 10)?.total).toBe(last.total);
    expect(permissions.at(-2)).toHaveProperty('secondsLeft');
    expect(seen.filter(({ step }) => step?.name === 'reading').every(({ total }) => total === undefined)).toBe(true);
  });
});

describe('the progress of a restore', () => {
  it('says that the state before is saved, and does not start over', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const uids = manifest.resources.filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid);
    for (const uid of uids.slice(0, 60)) {
      await edit(bench.grafana.url, uid);
    }
    const { seen, ...options } = watched();

    await bench.restoreRun(manifest, { overwrite: true, ...options });

    const steps = stepsOf(seen.filter(({ phase }) => phase !== 'planning'));
    assertForward(steps);
    expect(namesOf(steps)).toEqual(['saving', 'restoring']);
    expect(steps.at(-1)).toMatchObject({ number: 2, of: 2, done: 60, total: 60 });
  });

  it.each([
    ['once', 1, 0],
    ['twice', 2, 1],
  ])('counts a write that Grafana fails %s as failed only at the end', async (_name, times, failed) => {
    const bench = await filled();
    const manifest = await bench.backup();
    const uids = manifest.resources.filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid);
    await edit(bench.grafana.url, uids[0]!);
    const match = /^(POST|PUT) .*\/dashboards/;
    bench.grafana.setFaults({ match, times, action: { kind: 'status', status: 500 } });
    const { seen, ...options } = watched();

    await bench.restoreRun(manifest, { overwrite: true, ...options });

    const counts = seen.flatMap(({ step, kinds }) =>
      step?.name === 'restoring' ? [kinds.dashboard?.failed ?? 0] : [],
    );
    expect([counts.at(-1), Math.max(...counts)]).toEqual([failed, failed]);
    expect(stepsOf(seen).at(-1)).toMatchObject({ done: 1, total: 1 });
  });
});

describe('the progress of a comparison with Grafana', () => {
  it('knows how many permissions are left', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const { seen, ...options } = watched();

    await bench.diffLive(manifest, { byLastBackup: true, ...options });

    const steps = stepsOf(seen);
    assertForward(steps);
    expect(namesOf(steps)).toEqual(['comparing', 'permissions']);
    expect(steps.filter(({ name }) => name === 'comparing').every(({ total }) => total === undefined)).toBe(true);
    expect(steps.at(-1)!.done).toBe(steps.at(-1)!.total);
  });
});

describe('the time left', () => {
  const watch = (): { seen: WholeProgress[]; counter: ProgressCounter; work: (count: number) => void } => {
    let now = 0;
    const seen: WholeProgress[] = [];
    const counter = new ProgressCounter({ ...hastyClock, monotonic: () => now }, (one) => seen.push(one));
    const work = (count: number): void => {
      for (let done = 0; done < count; done++) {
        now += 250;
        counter.finished('dashboard', true);
      }
    };
    return { seen, counter, work };
  };

  it.each([
    ['ten of a hundred resources', 100, 10],
    ['ten seconds', 1_000, 40],
  ])('is known after %s', (_name, total, enough) => {
    const { seen, counter, work } = watch();
    counter.phase('restoring', { number: 2, of: 2, total });
    counter.total(total);

    work(enough - 1);
    expect(seen.at(-1)?.step).not.toHaveProperty('secondsLeft');
    work(1);
    expect(seen.at(-1)?.step).toHaveProperty('secondsLeft');
  });

  it('is known while a restore saves the current state', () => {
    const saving: WholeProgress[] = [];
    let now = 0;
    const report = savingProgress((one) => saving.push(one));
    const counter = new ProgressCounter({ ...hastyClock, monotonic: () => now }, report);
    counter.phase('reading', { number: 1, of: 1, total: 100 });
    counter.total(100);
    for (let done = 0; done < 20; done++) {
      now += 1000;
      counter.finished('dashboard', true);
    }

    expect(saving.at(-1)?.step).toEqual({ name: 'saving', number: 1, of: 2, done: 20, total: 100, secondsLeft: 80 });
  });
});

describe('a wait for Grafana', () => {
  it('has no rate and no remaining time, and affects neither afterwards', () => {
    let now = 0;
    let last: WholeProgress | undefined;
    const counter = new ProgressCounter({ ...hastyClock, monotonic: () => now }, (one) => (last = one));
    counter.phase('restoring', { number: 1, of: 1, total: 100 });
    counter.total(100);
    const work = (count: number): void => {
      for (let done = 0; done < count; done++) {
        now += 1000;
        counter.finished('dashboard', true);
      }
    };
    work(20);
    expect(last).toMatchObject({ rate: 1, secondsLeft: 80, step: { secondsLeft: 80 } });

    counter.waiting(true);
    now += 60_000;
    counter.waitingFor('waiting for something else');
    expect(last).toMatchObject({ phase: 'waiting for Grafana', done: 20, total: 100 });
    expect(last).not.toHaveProperty('rate');
    expect(last).not.toHaveProperty('secondsLeft');
    expect(last?.step).not.toHaveProperty('secondsLeft');
    counter.waiting(false);
    expect(last).toMatchObject({ phase: 'waiting for something else' });
    expect(last).not.toHaveProperty('rate');
    now += 40_000;
    counter.waitingFor(undefined);

    work(20);
    expect(last).toMatchObject({ rate: 1, secondsLeft: 60, step: { secondsLeft: 60 } });
  });
});
