import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { realClock } from '../../support/ports.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: string;
let older: string;

function dashkeep(...args: readonly string[]): Promise<Ended> {
  return later(0, ...args);
}

/** With a clock that is ahead. */
function later(milliseconds: number, ...args: readonly string[]): Promise<Ended> {
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory}/repository`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
  };
  const clock = { ...realClock, now: () => new Date(Date.now() + milliseconds) };
  return runCli(args, environment, { clock });
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = (await memoryDirectory()).path;
  older = (await dashkeep('backup', '--json')).json.snapshot;
  await dashkeep('backup');
});

afterEach(async () => {
  await grafana.close();
  await rm(directory, { recursive: true, force: true });
});

it('holds, lists and releases a snapshot', async () => {
  const place = ['hold', older, '--note', 'for the audit', '--by', 'alice', '--until', '2099-12-31', '--json'];
  const until = '2099-12-31T23:59:59.999Z';
  expect(await dashkeep(...place)).toMatchObject({ exit: 0, json: { snapshot: older, until } });
  const [newest, held] = (await dashkeep('snapshots', '--json')).json.snapshots;
  expect(newest.hold).toBeNull();
  expect(held.hold).toMatchObject({ note: 'for the audit', by: 'alice', until });
  expect((await dashkeep('snapshots')).out).toMatch(/until 2099-12-31.* +for the audit/);

  await expect(dashkeep('forget', older, '--confirm', older)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_HELD' });
  const kept = (await dashkeep('forget', '--keep-last', '1', '--json')).json;
  expect(kept).toMatchObject({ forgotten: [], kept: [{}, { id: older, reasons: ['on hold'] }] });

  expect((await dashkeep('release', older, '--json')).json).toEqual({ snapshot: older });
  await expect(dashkeep('release', older)).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  expect((await dashkeep('forget', '--keep-last', '1', '--json')).json.forgotten).toMatchObject([{ id: older }]);
});

it('says of a hold whose end has passed when it ended, as only a clock decides that', async () => {
  await dashkeep('hold', older, '--note', 'for the audit', '--until', '2099-12-31');
  const century = 100 * 31_557_600_000;
  expect((await later(century, 'snapshots')).out).toContain('ended 2099-12-31T23:59:59.999Z');
  const [, held] = (await later(century, 'snapshots', '--json')).json.snapshots;
  expect(held).toMatchObject({ hold: null, holdEnded: '2099-12-31T23:59:59.999Z' });
  await dashkeep('release', older);
  expect((await later(century, 'snapshots')).out).not.toContain('ended');
});

it('writes and removes a note', async () => {
  expect((await dashkeep('note', 'latest', 'a note', '--json')).json).toMatchObject({ note: 'a note' });
  expect((await dashkeep('snapshots')).out).toContain('a note');
  await dashkeep('hold', 'latest', '--note', 'for the audit');
  expect((await dashkeep('snapshots')).out).toContain('for the audit; a note');
  await dashkeep('release', 'latest');
  await dashkeep('note', 'latest', '');
  expect((await dashkeep('snapshots')).out).not.toContain('a note');
});

it('refuses an end that is no date, or past', async () => {
  for (const until of ['tomorrow', '2020-01-01', '2099-13-01', '2099-02-30']) {
    await expect(dashkeep('hold', older, '--until', until)).rejects.toMatchObject({ code: 'DK_USAGE' });
  }
});
