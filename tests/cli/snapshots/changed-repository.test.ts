import { readdir, readFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/* Someone removes snapshots behind the back of backups from cron: anyone who reads only exit codes must notice. */

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

function dashkeep(...args: string[]): ReturnType<typeof runMain> {
  const state = args.includes('--state-dir') ? [] : ['--state-dir', `${directory.path}/state`];
  const where = ['--target', `file://${directory.path}/repository`, ...state];
  const credentials = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runMain([...args, ...where], credentials);
}

const backup = (...args: string[]) => dashkeep('backup', '--kinds', 'folder,dashboard', ...args);

it.each(['repository', 'repository/snapshots'])(
  'after %s was emptied, each backup reports it and ends with exit code 3 until the change is accepted',
  async (emptied) => {
    expect((await backup()).exit).toBe(0);
    await rm(`${directory.path}/${emptied}`, { recursive: true });
    for (let i = 0; i < 2; i++) {
      const { exit, out, error } = await backup();
      expect(exit).toBe(3);
      expect(error).not.toContain('signs with a new key');
      expect(out).toMatch(/^warning: the .* gone from /m);
      expect(out).toMatch(/file system is mounted.*dashkeep trust --repository /);
      expect(out).toMatch(/^snapshot \S+ is complete/m);
    }
    const { exit, error, json } = await backup('--json');
    expect(exit).toBe(3);
    expect(json.status).toBe('complete');
    const [accept = ''] = /dashkeep trust --repository \w+/.exec(error) ?? [];
    const trust = accept.split(' ').slice(1);
    expect(await dashkeep(...trust)).toMatchObject({
      exit: 0,
      out: expect.stringContaining(' is accepted as it is now.'),
    });
    expect(await dashkeep(...trust)).toMatchObject({
      out: expect.stringMatching(/^Nothing to accept: the repository \w+ in file:\S+ has not changed\./),
    });
    const elsewhere = await dashkeep(...trust, '--state-dir', `${directory.path}/other`);
    expect(elsewhere.out).toMatch(/^Nothing to accept: Dashkeep's state did not contain file:\S+ yet, /);
    expect((await backup()).exit).toBe(0);
  },
);

it('after the newest snapshot was removed, a verification prints the command that accepts the change, with the ID', async () => {
  await backup();
  await backup();
  const repository = `${directory.path}/repository`;
  const newest = (await readdir(`${repository}/snapshots`)).sort().at(-1) ?? '';
  await rm(`${repository}/snapshots/${newest}`);
  await rm(`${repository}/signatures/snapshots/${newest}.sig`);
  const { id } = JSON.parse(await readFile(`${repository}/dashkeep.json`, 'utf8')) as { id: string };
  const { exit, out } = await dashkeep('verify');
  expect(exit).toBe(4);
  expect(out).toContain(`dashkeep trust --repository ${id}`);
});
