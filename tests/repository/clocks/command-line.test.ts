import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { variants } from '../../support/budget.ts';

const [HOUR, YEAR] = [3_600_000, 31_536_000_000];

let grafana: Simulator;
let s3: S3Server;
let directory: string;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = (await memoryDirectory()).path;
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: 's3://bucket/dashkeep',
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...s3.environment,
    ...fewKinds(),
  };
});

afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await rm(directory, { recursive: true, force: true });
});

function clockOff(milliseconds: number): Clock {
  return { ...realClock, now: () => new Date(Date.now() + milliseconds) };
}

function dashkeep(args: readonly string[], off = 0, more: Record<string, string> = {}): Promise<Ended> {
  return runCli([...args, '--json'], { ...environment, ...more }, { clock: clockOff(off) });
}

describe('a clock that is off', () => {
  it.each(
    variants([
      ['an hour ahead', HOUR],
      ['a year behind', -YEAR],
      ['an hour behind', -HOUR],
      ['a year ahead', YEAR],
    ]),
  )('by %s makes no backup, with the bucket and with a directory', async (_name, off) => {
    const refused = { code: 'DK_CLOCK_SKEW' };
    await expect(dashkeep(['backup'], off)).rejects.toMatchObject({ ...refused, why: { code: 'clock-here-off' } });
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    await expect(dashkeep(['backup'], off, target)).rejects.toMatchObject({
      ...refused,
      why: { code: 'clock-apart-grafana' },
    });
    expect((await dashkeep(['snapshots'])).json.snapshots).toEqual([]);
  });

  it.each(variants([HOUR, -HOUR, YEAR, -YEAR]))('by %i ms imports nothing into a bucket', async (off) => {
    const file = join(directory, 'one.json');
    await writeFile(file, JSON.stringify({ uid: 'one', title: 'One', panels: [] }));
    const args = ['import', file, '--format', 'dashboards'];
    await expect(dashkeep(args, off)).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    expect((await dashkeep(args)).exit).toBe(0);
    expect((await dashkeep(['snapshots'])).json.snapshots).toHaveLength(1);
  });

  it.each(
    variants([
      ['4 minutes ahead', 4 * 60_000, 0],
      ['a year behind, with --ignore-clock', 0, -YEAR],
      ['4 minutes behind', 0, -4 * 60_000],
    ]),
  )('by %s still makes the latest one last', async (_name, first, second) => {
    await dashkeep(['backup'], first);
    for (const off of [second, 0]) {
      const { snapshot } = (await dashkeep(['backup', '--ignore-clock'], off)).json;
      expect((await dashkeep(['show', 'latest'])).json.id).toBe(snapshot);
    }
  });

  it.each(
    variants([
      ['an hour behind', -HOUR],
      ['a year behind', -YEAR],
    ]),
  )('by %s makes the latest one of a directory last with --ignore-clock', async (_name, off) => {
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    await dashkeep(['backup'], 0, target);
    grafana.seedDashboards({ count: 1, folders: 1 });
    const { snapshot } = (await dashkeep(['backup', '--ignore-clock'], off, target)).json;
    expect((await dashkeep(['show', 'latest'], 0, target)).json.id).toBe(snapshot);
    const { kept } = (await dashkeep(['forget', '--keep-last', '1', '--dry-run'], 0, target)).json;
    expect(kept).toMatchObject([{ id: snapshot }]);
  });

  it('makes one with --ignore-clock, which is never the latest, and can be removed by name', async () => {
    const real = (await dashkeep(['backup'])).json.snapshot;
    const misdated = (await dashkeep(['backup', '--ignore-clock'], YEAR)).json.snapshot;
    const { warnings } = (await dashkeep(['runs', misdated])).json;
    expect(warnings).toContain(`snapshot ${misdated} is dated in the future, because a clock was ahead`);
    for (const off of variants([0, -YEAR, HOUR, -HOUR, YEAR], 2)) {
      expect((await dashkeep(['show', 'latest'], off)).json.id).toBe(real);
      const { snapshots } = (await dashkeep(['snapshots'], off)).json;
      expect(snapshots).toMatchObject([{ id: misdated, future: true }, { id: real }]);
      expect(snapshots[1].future).toBeUndefined();
      const { kept, forgotten } = (await dashkeep(['forget', '--keep-last', '1', '--dry-run'], off)).json;
      expect([kept.map(({ id }: { id: string }) => id), forgotten]).toEqual([[misdated, real], []]);
    }
    const verified = await dashkeep(['verify']);
    expect(verified.exit).toBe(4);
    expect(verified.json.problems).toMatchObject([{ code: 'DK_SNAPSHOT_FUTURE', snapshots: [misdated] }]);

    const { out } = await runCli(['verify'], environment);
    expect(out).toContain('`dashkeep forget <id>` removes it');
    expect(out).not.toContain('dashkeep repair');

    const forget = ['forget', misdated, '--confirm', misdated];
    expect((await dashkeep(forget)).json).toMatchObject({ kept: [], forgotten: [{ id: misdated }], applied: true });
    expect((await dashkeep(['snapshots'])).json.snapshots).toMatchObject([{ id: real }]);
    expect((await dashkeep(['verify'])).exit).toBe(0);
  });

  it.each(
    variants([
      ['behind', -HOUR],
      ['ahead', YEAR],
    ]),
  )('%s restores nothing, and plans nothing, unless clocks are ignored', async (_name, off) => {
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    grafana.seedDashboards({ count: 1, folders: 1 });
    await dashkeep(['backup'], 0, target);
    const [uid] = [...grafana.state.org(1).dashboards.keys()];
    await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${grafana.token()}` },
    });
    const restore = ['restore', 'latest', '--only', `dashboard/${uid}`];
    const refused = { code: 'DK_CLOCK_SKEW', why: { code: 'clock-apart-grafana' } };
    for (const more of [[], ['--apply', '--no-safety-snapshot']]) {
      await expect(dashkeep([...restore, ...more], off, target)).rejects.toMatchObject(refused);
    }
    expect(grafana.state.org(1).dashboards.has(uid!)).toBe(false);
    // By the clock of a year before, no snapshot is in the past.
    const snapshot = (await dashkeep(['snapshots'], 0, target)).json.snapshots[0].id;
    const named = ['restore', snapshot, '--only', `dashboard/${uid}`, '--apply', '--ignore-clock'];
    const { exit, json } = await dashkeep(named, off, target);
    expect([exit, json.results[0].outcome]).toEqual([0, 'verified']);

    await expect(dashkeep(['restore', '--undo', json.run], off, target)).rejects.toMatchObject(refused);
    expect((await dashkeep(['restore', '--undo', json.run, '--ignore-clock'], off, target)).exit).toBe(0);
  });

  it.each(variants([-HOUR, HOUR, YEAR, -YEAR]))('by %i ms tests no restore, unless clocks are ignored', async (off) => {
    grafana.seedDashboards({ count: 1, folders: 1 });
    const directories = { DASHKEEP_TARGET: `file://${directory}/repository` };
    for (const target of [{}, directories]) {
      await dashkeep(['backup'], 0, target);
      const before = grafana.writes().length;
      await expect(dashkeep(['drill'], off, target)).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
      expect(grafana.writes()).toHaveLength(before);
    }
    const latest = (await dashkeep(['snapshots'])).json.snapshots[0].id;
    expect((await dashkeep(['drill', latest, '--ignore-clock'], off)).exit).toBe(0);
  });

  it('that dated the newest snapshot and its file in a directory lets no backup follow that does not count', async () => {
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    await dashkeep(['backup'], 0, target);
    const misdated = (await dashkeep(['backup', '--ignore-clock'], YEAR, target)).json.snapshot;
    const file = (await readdir(`${directory}/repository`, { recursive: true })).find((name) =>
      name.includes(misdated),
    );
    const then = new Date(Date.now() + YEAR);
    await utimes(join(directory, 'repository', file!), then, then);

    await expect(dashkeep(['backup'], 0, target)).rejects.toMatchObject({
      code: 'DK_CLOCK_SKEW',
      why: { code: 'clock-before-newest', params: { snapshot: misdated } },
    });
    expect((await dashkeep(['backup', '--ignore-clock'], 0, target)).exit).toBe(0);
    await expect(dashkeep(['forget', '--keep-last', '1'], 0, target)).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    const removed = ['forget', misdated, '--confirm', misdated, '--ignore-clock'];
    expect((await dashkeep(removed, 0, target)).json.forgotten).toMatchObject([{ id: misdated }]);
    const { snapshot } = (await dashkeep(['backup'], 0, target)).json;
    expect((await dashkeep(['show', 'latest'], 0, target)).json.id).toBe(snapshot);
  });

  it.each(
    variants([
      ['ahead', YEAR],
      ['behind', -HOUR],
    ]),
  )('%s removes no snapshot from a directory, with rules or by its ID', async (_name, off) => {
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    const first = (await dashkeep(['backup'], 0, target)).json.snapshot;
    const tomorrow = new Date(Date.now() + 24 * HOUR).toISOString();
    await dashkeep(['hold', first, '--until', tomorrow], 0, target);
    const second = (await dashkeep(['backup'], 0, target)).json.snapshot;
    const third = (await dashkeep(['backup'], 0, target)).json.snapshot;
    const byId = [second, '--confirm', second];
    for (const way of [byId, [...byId, '--dry-run'], ['--keep-last', '1'], ['--keep-last', '1', '--dry-run']]) {
      await expect(dashkeep(['forget', ...way], off, target)).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    }
    const { snapshots } = (await dashkeep(['snapshots'], 0, target)).json;
    expect(snapshots.map(({ id }: { id: string }) => id)).toEqual([third, second, first]);
  });

  it.each(
    variants([
      ['ahead', YEAR],
      ['behind', -YEAR],
    ]),
  )('%s does not decide whether a hold has an end in the future', async (_name, off) => {
    const snapshot = (await dashkeep(['backup'])).json.snapshot;
    const day = 24 * HOUR;
    const tomorrow = new Date(Date.now() + day).toISOString();
    expect((await dashkeep(['hold', snapshot, '--until', tomorrow], off)).json).toMatchObject({ until: tomorrow });
    const [held] = (await dashkeep(['snapshots'])).json.snapshots;
    expect(Math.abs(Date.parse(held.hold.since) - Date.now())).toBeLessThan(HOUR);
    const yesterday = new Date(Date.now() - day).toISOString();
    const past = dashkeep(['hold', snapshot, '--until', yesterday], off);
    await expect(past).rejects.toMatchObject({ code: 'DK_USAGE' });
  });

  it('marks its runs, which hide none that ended', async () => {
    const early = (await dashkeep(['backup'])).json.snapshot;
    const misdated = (await dashkeep(['backup', '--ignore-clock'], YEAR)).json.snapshot;
    const twice = (await dashkeep(['backup', '--ignore-clock'], YEAR)).json.snapshot;
    const real = (await dashkeep(['backup'])).json.snapshot;
    const listed = async (limit: string): Promise<unknown[]> => {
      const { runs } = (await dashkeep(['runs', '--limit', limit])).json;
      return runs.map(({ id, future }: { id: string; future?: true }) => [id, future]);
    };
    expect(await listed('1')).toEqual([[real, undefined]]);
    expect(await listed('20')).toEqual([
      [real, undefined],
      [early, undefined],
      [twice, true],
      [misdated, true],
    ]);
    const { out } = await runCli(['runs'], environment, { clock: clockOff(YEAR) });
    expect(out.match(/complete, dated in the future/g)).toHaveLength(2);
  });

  it('does not hide an interrupted restore by one that it dated later in a directory', async () => {
    environment['DASHKEEP_TARGET'] = `file://${directory}/repository`;
    grafana.seedDashboards({ count: 2, folders: 1 });
    const snapshot = (await dashkeep(['backup'])).json.snapshot;
    const { dashboards } = grafana.state.org(1);
    const [first = '', second = ''] = dashboards.keys();
    const restore = (uid: string): string[] => ['restore', snapshot, '--only', `dashboard/${uid}`, '--apply'];
    dashboards.delete(first);
    expect((await dashkeep([...restore(first), '--ignore-clock'], YEAR)).exit).toBe(0);
    dashboards.delete(second);
    const controller = new AbortController();
    const stop = (): void => controller.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
    grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'after', run: stop }, times: 1 });
    await expect(runCli(restore(second), environment, { signal: controller.signal })).rejects.toThrow();
    grafana.setFaults();
    const { runs } = (await dashkeep(['runs', '--limit', '1'])).json;

    let said = '';
    const stderr = { write: (text: string) => (said += text) } as unknown as NodeJS.WriteStream;
    await runCli(restore(first).slice(0, -1), environment, { stderr });

    expect(said).toContain(`Restore ${runs[0].id} did not finish`);
  });

  it('copies a repository whose only snapshot is misdated', async () => {
    const misdated = (await dashkeep(['backup', '--ignore-clock'], YEAR)).json.snapshot;
    const { exit, json } = await dashkeep(['copy', `file://${directory}/copy`]);
    expect([exit, json]).toMatchObject([0, { copied: [misdated], verified: { snapshots: 1, problems: [] } }]);
    expect((await dashkeep(['copy', `file://${directory}/copy`])).json.present).toEqual([misdated]);
  });

  it('goes on only for yes', async () => {
    const no = { DASHKEEP_IGNORE_CLOCK: 'false' };
    await expect(dashkeep(['backup'], HOUR, no)).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    expect((await dashkeep(['backup'], HOUR, { DASHKEEP_IGNORE_CLOCK: 'true' })).exit).toBe(0);
  });

  it('by two minutes is a warning in the record of the run', async () => {
    const target = { DASHKEEP_TARGET: `file://${directory}/repository` };
    const { snapshot } = (await dashkeep(['backup'], -120_000, target)).json;
    const record = await readFile(join(directory, 'repository/runs', `${snapshot}.json`), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ status: 'complete', warned: [{ code: 'clock-apart-grafana' }] });
  });
});
