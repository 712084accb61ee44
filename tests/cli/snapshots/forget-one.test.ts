import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: string;
let older: string;
let newest: string;

function dashkeep(...args: readonly string[]): Promise<Ended> {
  return runCli([...args, '--json'], {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  });
}

async function ids(): Promise<string[]> {
  return (await dashkeep('snapshots')).json.snapshots.map(({ id }: { id: string }) => id);
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = (await memoryDirectory()).path;
  older = (await dashkeep('backup')).json.snapshot;
  newest = (await dashkeep('backup')).json.snapshot;
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

describe('dashkeep forget with an ID', () => {
  it('removes that snapshot alone, once it is confirmed', async () => {
    await expect(dashkeep('forget', older)).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    await expect(dashkeep('forget', older, '--confirm', newest)).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    const planned = await dashkeep('forget', older, '--dry-run');
    expect(planned.json).toMatchObject({ kept: [], forgotten: [{ id: older }], applied: false });
    expect(await ids()).toEqual([newest, older]);

    const done = await dashkeep('forget', older, '--confirm', older);
    expect(done).toMatchObject({ exit: 0, json: { kept: [], forgotten: [{ id: older }], applied: true } });
    expect(await ids()).toEqual([newest]);
  });

  it('takes nothing but a full ID, and no rules beside it', async () => {
    const short = older.slice(0, 20);
    for (const name of [short, 'latest', '']) {
      const message = `forget needs a full snapshot ID, not '${name}'; \`dashkeep snapshots\` lists the IDs`;
      await expect(dashkeep('forget', name, '--confirm', name)).rejects.toMatchObject({ code: 'DK_USAGE', message });
    }
    const both = ['forget', older, '--confirm', older, '--keep-last', '1'];
    await expect(dashkeep(...both)).rejects.toMatchObject({ code: 'DK_USAGE' });
    expect(await ids()).toEqual([newest, older]);
  });

  it('refuses its options beside rules, which would ignore them', async () => {
    for (const option of [['--even-newest'], ['--confirm', older]]) {
      await expect(dashkeep('forget', '--keep-last', '1', ...option)).rejects.toMatchObject({
        code: 'DK_USAGE',
        message: `${option[0]} is only for removing one snapshot by its ID: dashkeep forget <id>`,
      });
    }
    expect(await ids()).toEqual([newest, older]);
  });

  it('keeps the newest complete snapshot unless told otherwise', async () => {
    const forget = ['forget', newest, '--confirm', newest];
    await expect(dashkeep(...forget)).rejects.toMatchObject({
      code: 'DK_SNAPSHOT_NEWEST',
      hint: 'Create another backup first, or allow the removal of the newest snapshot with --even-newest.',
    });
    expect(await ids()).toEqual([newest, older]);
    await dashkeep(...forget, '--even-newest');
    expect(await ids()).toEqual([older]);
  });
});
