import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildExecutable } from '../../scripts/binary/executable.ts';
import { HERE, nodeFor } from '../../scripts/binary/node.ts';
import { glibcOf, PAGE, stated } from '../../scripts/binary/page.ts';
import { canIsolate } from '../chart/rootfs.ts';
import { depth } from '../support/budget.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { freePort } from '../support/servers/listening.ts';
import { emptyRootWith, ended, librariesOf, processIn, startIn, type Ended } from './empty-root.ts';

/** Where the package with Node can't be had, there is nothing to build from. */
const canBuild =
  depth() === 'all' &&
  (await nodeFor(HERE).then(
    () => true,
    () => false,
  ));

describe.skipIf(!canBuild || !(await canIsolate()))('the executable in an empty container', () => {
  let grafana: Simulator;
  let root = '';
  let data = '';
  let folder = '';
  let executable = '';

  const start = (args: string[], more: Record<string, string> = {}): ChildProcess =>
    startIn(root, data, args, {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_TARGET: 'file:///tmp/repository',
      DASHKEEP_STATE_DIR: '/tmp/state',
      ...more,
    });
  const dashkeep = (...args: string[]): Promise<Ended> => ended(start(args));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dashkeep-executable-'));
    executable = await buildExecutable(HERE, folder);
    root = await emptyRootWith(executable);
    data = await mkdtemp(join(tmpdir(), 'dashkeep-data-'));
    await chmod(data, 0o1777);
    grafana = await startGrafana({ profile: '13.2' });
    grafana.demoSeed();
    grafana.seedDashboards({ count: 1_000 });
  });

  afterAll(async () => {
    await grafana.close();
    await Promise.all([root, data, folder].map((path) => rm(path, { recursive: true, force: true })));
  });

  it('needs the C and C++ libraries of any common Linux, and no more', async () => {
    const names = (await librariesOf(executable)).map((path) => path.replace(/.*\/([a-z+_-]+).*/, '$1'));
    expect(names.sort()).toEqual(['ld-linux-x', 'libc', 'libdl', 'libgcc_s', 'libm', 'libpthread', 'libstdc++']);
    expect((await readdir(folder)).sort()).toEqual(['LICENSES-BUNDLED.txt', 'dashkeep']);
  });

  it('is as large as the page says, and asks for no newer glibc', async () => {
    const said = stated(await readFile(PAGE, 'utf8'), HERE);
    const program = await readFile(executable);
    expect(said?.glibc).toBe(glibcOf(program));
    // What is a little more or less is no news; much more is, and `npm run build:binary -- --sizes` writes it.
    expect(Math.abs((said?.size ?? 0) - program.length / 1e6)).toBeLessThan(2);
  });

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await dashkeep('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('backs up, with its second thread, and puts back what is deleted', async () => {
    const running = start(['backup', '--json']);
    const result = ended(running);
    const threads = new Set<string>();
    while (running.exitCode === null) {
      for (const name of await threadsOf(await processIn(running))) {
        threads.add(name);
      }
    }
    const backup = await result;
    expect(backup.stderr).toBe('');
    expect(JSON.parse(backup.stdout)).toMatchObject({ status: 'complete', errors: [] });
    expect(threads).toContain('WorkerThread');

    const deleted = grafana.state.org(1).dashboards.get('orders')?.title;
    const response = await fetch(`${grafana.url}/api/dashboards/uid/orders`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${grafana.token()}` },
    });
    expect(response.status).toBe(200);
    const restored = await dashkeep('restore', 'latest', '--only', 'dashboard/orders', '--apply', '--json');
    expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' });
    expect(grafana.state.org(1).dashboards.get('orders')?.title).toBe(deleted);
  });

  it('serves, and ends on a signal', async () => {
    const [api, ops] = [await freePort(), await freePort()];
    const running = start(['serve'], {
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_SCHEDULE: 'off',
      DASHKEEP_LISTEN: `127.0.0.1:${api}`,
      DASHKEEP_OPS_LISTEN: `127.0.0.1:${ops}`,
    });
    const result = ended(running);
    try {
      await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${ops}/readyz`)).status).toBe(200), {
        timeout: 30_000,
        interval: 100,
      });
      expect((await fetch(`http://127.0.0.1:${api}/api/v1/status`)).status).toBe(401);
      process.kill((await processIn(running)) ?? 0, 'SIGTERM');
      expect(await result).toMatchObject({ code: 0, stderr: '' });
    } finally {
      running.kill('SIGKILL');
    }
  });
});

/** Names of the threads of a process, as Linux shows them; none when it has ended. */
async function threadsOf(pid: number | undefined): Promise<string[]> {
  const tasks = `/proc/${pid}/task`;
  const ids = await readdir(tasks).catch(() => []);
  const names = ids.map((id) => readFile(join(tasks, id, 'comm'), 'utf8').catch(() => ''));
  return (await Promise.all(names)).map((name) => name.trim());
}
