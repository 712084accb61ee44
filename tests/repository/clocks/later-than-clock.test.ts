import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';

const YEAR = 365 * 24 * 3_600_000;

let grafana: Simulator;
let directory: string;
let environment: Record<string, string>;
let real: string;
let misdated: string;

/** A directory whose newest snapshot, and its file, a clock dated that was a year ahead. */
beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = (await memoryDirectory()).path;
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  };
  real = (await runMain(['backup', '--json'], environment)).json.snapshot;
  const clock = { ...realClock, now: () => new Date(Date.now() + YEAR) };
  misdated = (await runMain(['backup', '--ignore-clock', '--json'], environment, { clock })).json.snapshot;
  await dateFile(misdated);
});

/** As the clock of a machine does that is a year ahead. */
async function dateFile(snapshot: string): Promise<void> {
  const files = await readdir(`${directory}/repository`, { recursive: true });
  const file = files.find((name) => name.startsWith('snapshots') && name.includes(snapshot));
  const then = new Date(Date.now() + YEAR);
  await utimes(join(directory, 'repository', file!), then, then);
}

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a directory whose newest snapshot is later than the clock', () => {
  it.each([
    ['snapshots', ['snapshots']],
    ['show latest', ['show', 'latest']],
    ['verify', ['verify']],
    ['diff', ['diff', 'latest', 'live']],
    ['restore latest', ['restore', 'latest', '--everything']],
  ])('%s names it once, and the command that removes it', async (_name, args) => {
    const { error } = await runMain(args, environment);
    expect(error.split(`dashkeep forget ${misdated} --ignore-clock`)).toHaveLength(2);
    expect((await runMain([...args, '--ignore-clock'], environment)).error).not.toContain('--ignore-clock');
  });

  it('a backup that ignores clocks says that others will be refused', async () => {
    const { exit, error } = await runMain(['backup', '--ignore-clock'], environment);
    expect([exit, error]).toEqual([0, expect.stringContaining('without DASHKEEP_IGNORE_CLOCK, backups and retention')]);
    expect(error).toContain(`dashkeep forget ${misdated} --ignore-clock`);
    expect((await runMain(['forget', misdated, '--ignore-clock', '--confirm', misdated], environment)).exit).toBe(0);
    const after = await runMain(['backup', '--ignore-clock'], environment);
    expect([after.exit, after.error]).toEqual([0, '']);
    expect((await runMain(['show', real], environment)).error).toBe('');
  });

  it('latest says that all of them are later than a clock that is ignored, and that IDs name them', async () => {
    const clock = { ...realClock, now: () => new Date(Date.now() - YEAR) };
    const named = ['restore', real, '--kinds', 'folder', '--ignore-clock'];
    expect((await runMain(named, environment, { clock })).exit).toBe(0);
    const { exit, error } = await runMain(['restore', 'latest', '--ignore-clock'], environment, { clock });
    expect([exit, error]).toEqual([1, expect.stringContaining('2 snapshots are dated later than the clock')]);
    expect(error).toContain('specify one by its ID');
    expect(error).not.toContain('yet');
  });

  it('is kept by rules if it is an import, which they do not count', async () => {
    await runMain(['forget', misdated, '--ignore-clock', '--confirm', misdated], environment);
    const file = join(directory, 'one.json');
    await writeFile(file, JSON.stringify({ uid: 'one', title: 'One', panels: [] }));
    const clock = { ...realClock, now: () => new Date(Date.now() + YEAR) };
    const { json } = await runMain(['import', file, '--format', 'dashboards', '--json'], environment, { clock });
    await dateFile(json.snapshot);
    const forget = await runMain(['forget', '--keep-last', '1', '--json'], environment);
    expect([forget.exit, forget.json.kept]).toMatchObject([0, [{ id: json.snapshot }, { id: real }]]);
  });
});
