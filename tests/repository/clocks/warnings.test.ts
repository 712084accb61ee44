import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snapshotKey } from '../../../pkg/repository/layout.ts';
import { variants } from '../../support/budget.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

let grafana: Simulator;
let s3: S3Server;
let directory: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = (await memoryDirectory()).path;
});

afterEach(async () => {
  await Promise.all([grafana.close(), s3.close()]);
  await rm(directory, { recursive: true, force: true });
});

function dashkeep(target: string, args: string[], off = 0): ReturnType<typeof runMain> {
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: target,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    ...s3.environment,
    ...fewKinds(),
  };
  return runMain(args, environment, { clock: { ...realClock, now: () => new Date(Date.now() + off) } });
}

it('an hour behind Grafana, names the clock, and no snapshot to remove from a directory', async () => {
  const target = `file://${directory}/repository`;
  expect((await dashkeep(target, ['backup'])).exit).toBe(0);
  const refused = await dashkeep(target, ['backup'], -HOUR);
  expect([refused.exit, refused.error]).toEqual([5, expect.stringMatching(/ahead of Dashkeep’s clock.*Correct the/s)]);
  const ignored = await dashkeep(target, ['backup', '--ignore-clock'], -HOUR);
  expect([ignored.exit, ignored.error]).toEqual([0, expect.stringContaining('ahead of Dashkeep’s clock')]);
  expect(refused.error + ignored.error).not.toContain('dashkeep forget');
});

it.each(variants([2 * MINUTE, -HOUR, HOUR, -2 * MINUTE], 2))(
  'off by %i ms, is a warning of commands that remove nothing from a bucket',
  async (off) => {
    const target = 's3://bucket/dashkeep';
    expect((await dashkeep(target, ['backup'])).exit).toBe(0);
    const commands = [
      ['snapshots'],
      ['show', 'latest'],
      ['diff', 'latest', 'live'],
      ['search', 'folder'],
      ['verify'],
      ['runs'],
      ['note', 'latest', 'before the fair'],
      ['hold', 'latest'],
    ];
    for (const command of commands) {
      const { exit, error } = await dashkeep(target, command, off);
      expect([command, exit, error.match(/the clocks of Dashkeep and the target differ/g)]).toEqual([
        command,
        0,
        [expect.anything()],
      ]);
      // It went on already.
      expect(error).not.toContain('To continue anyway');
      expect((await dashkeep(target, command)).error).toBe('');
    }
  },
);

it.each([
  ['two minutes off, is a warning of commands that remove by age', 2 * MINUTE, 0],
  ['an hour off, stops them, also with --ignore-clock', HOUR, 5],
])('%s', async (_name, off, exit) => {
  const target = 's3://bucket/dashkeep';
  await dashkeep(target, ['backup']);
  await dashkeep(target, ['backup']);
  for (const command of [['prune'], ['forget', '--keep-last', '1']]) {
    const ran = await dashkeep(target, [...command, '--ignore-clock'], off);
    expect([command, ran.exit, ran.error.match(/the clocks of Dashkeep and the target differ/g)]).toEqual([
      command,
      exit,
      [expect.anything()],
    ]);
    expect(ran.error).toContain('Correct the wrong clock with NTP.');
    expect(ran.error).not.toContain('DASHKEEP_IGNORE_CLOCK');
  }
});

it('two minutes ahead, keeps no later restore of another machine from being undone', async () => {
  const target = 's3://bucket/dashkeep';
  const [uid = ''] = grafana.seedDashboards({ count: 1, folders: 1 }).dashboards;
  expect((await dashkeep(target, ['backup'])).exit).toBe(0);
  const restore = async (off: number): Promise<string> => {
    grafana.state.org(1).dashboards.delete(uid);
    return (await dashkeep(target, ['restore', 'latest', '--only', `dashboard/${uid}`, '--apply', '--json'], off)).json
      .run;
  };
  await restore(2 * MINUTE);
  const undo = ['restore', '--undo', await restore(0), '--apply', '--confirm', 'Main Org.'];
  expect((await dashkeep(target, undo)).exit).toBe(0);
  expect(grafana.state.org(1).dashboards.has(uid)).toBe(false);
});

it.each(variants([365 * 24 * HOUR, -365 * 24 * HOUR, HOUR, -HOUR]))(
  'by %i ms, lets no rule remove a snapshot from a bucket, and its ID does',
  async (off) => {
    const run = (...args: string[]): ReturnType<typeof runMain> => dashkeep('s3://bucket/dashkeep', args, off);
    const made = async (): Promise<string> =>
      (await dashkeep('s3://bucket/dashkeep', ['backup', '--json'])).json.snapshot;
    const [first, second] = [await made(), await made()];
    for (const more of [[], ['--dry-run'], ['--ignore-clock']]) {
      const { exit, error } = await run('forget', '--keep-last', '1', ...more);
      expect(error).toMatch(/clock.* differ by/);
      expect(exit).toBe(5);
    }
    expect((await run('snapshots', '--json')).json.snapshots).toMatchObject([{ id: second }, { id: first }]);
    expect((await run('forget', first, '--confirm', first)).exit).toBe(0);
  },
);

it('a year behind, lets no rule remove the safety snapshot of a restore that ignored it', async () => {
  const target = 's3://bucket/dashkeep';
  const [uid = ''] = grafana.seedDashboards({ count: 1, folders: 1 }).dashboards;
  await dashkeep(target, ['backup']);
  grafana.state.org(1).dashboards.delete(uid);
  const restore = ['restore', 'latest', '--only', `dashboard/${uid}`, '--apply', '--ignore-clock', '--json'];
  const { safetySnapshot } = (await dashkeep(target, restore, -365 * 24 * HOUR)).json;
  const { kept, forgotten } = (await dashkeep(target, ['forget', '--keep-last', '1', '--json'])).json;
  expect(forgotten).toEqual([]);
  expect(kept).toMatchObject([expect.anything(), { id: safetySnapshot }]);
});

it.each(variants([-HOUR, -365 * 24 * HOUR]))(
  'by %i ms, compares a backup that ignores it with the last one of a directory',
  async (off) => {
    const target = `file://${directory}/repository`;
    grafana.seedDashboards({ count: 30, folders: 1 });
    const good = (await dashkeep(target, ['backup', '--json'])).json.snapshot;
    grafana.state.org(1).dashboards.clear();
    // Anyone who can write to the directory can put a file there that looks newer.
    const planted = good.replace(/-.*/, '-ffffffff');
    await writeFile(join(directory, 'repository', snapshotKey(planted, false)), 'nothing');
    const lossy = await dashkeep(target, ['backup', '--ignore-clock', '--json'], off);
    expect(lossy.exit).toBe(3);
    await rm(join(directory, 'repository', snapshotKey(planted, false)));
    expect((await dashkeep(target, ['forget', '--keep-last', '1', '--json'])).json.forgotten).toEqual([]);
    const { snapshots } = (await dashkeep(target, ['snapshots', '--json'])).json;
    expect(snapshots).toMatchObject([{ id: lossy.json.snapshot }, { id: good }]);
  },
);
