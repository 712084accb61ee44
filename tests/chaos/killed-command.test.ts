import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { variants } from '../support/budget.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { eventually } from '../support/ports.ts';
import { program } from '../support/program.ts';
import { Terminal } from '../cli/completion/terminal.ts';

/** The program itself, killed by the system at a request of its restore. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let child: ChildProcess;

const settings = (): Record<string, string> => ({
  GRAFANA_URL: grafana.url,
  GRAFANA_API_TOKEN: grafana.token(),
  DASHKEEP_TARGET: `file://${directory.path}/repository`,
  DASHKEEP_STATE_DIR: `${directory.path}/state`,
});

async function cli(...args: string[]): Promise<{ exit: number | null; out: string; said: string }> {
  child = spawn(process.execPath, [await program(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: directory.path, ...settings() },
  });
  let [out, said] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, out, said };
}

const live = (): string[] => [...grafana.state.org(1).dashboards.keys()].sort();

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 12, folders: 2 });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  child.kill('SIGKILL');
  await grafana.close();
  await directory.remove();
});

it('says what it did when a signal arrives twice, as `timeout` sends it to a process and to its group', async () => {
  await cli('backup', '--kinds', 'folder,dashboard');
  live()
    .slice(0, 10)
    .forEach((uid) => grafana.state.org(1).dashboards.delete(uid));
  // The system delivers the same signal once or twice, two different ones always twice.
  const kill = (): boolean => child.kill('SIGTERM') && child.kill('SIGINT');
  grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'before', run: kill }, skip: 3, times: 1 });
  const killed = await cli('restore', 'latest', '--kinds', 'folder,dashboard', '--apply');
  expect(killed.exit).toBe(130);
  expect(killed.said).toMatch(/Restore \S+ did not finish: \d+ of \d+ resources/);
  expect(killed.said).toContain('To undo it: dashkeep restore --undo ');
});

it('says that nothing is lost when a second signal ends it', async () => {
  const script = `import { openContext } from './pkg/cli/context.ts'; openContext(); setTimeout(console.log, 60_000); console.log('ready');`;
  child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child.stdout!, 'data');
  const ended = once(child, 'close');
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGINT'), 1000);
  expect(await ended).toEqual([130, null]);
  expect(said).toContain('dashkeep: ended immediately by a second SIGINT. Existing snapshots are not affected.');
});

it('says what it did when its terminal closes, and goes on where it has none, as with nohup', async () => {
  await cli('backup', '--kinds', 'folder,dashboard');
  const all = live();
  all.slice(0, 10).forEach((uid) => grafana.state.org(1).dashboards.delete(uid));
  const restore = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply'];
  const assigned = Object.entries(settings()).map((pair) => pair.join('='));
  const command = ['env', ...assigned, process.execPath, await program(), ...restore].join(' ');
  const terminal = new Terminal(command, directory.path);
  const close = (): void => terminal.close();
  grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'before', run: close }, skip: 3, times: 1 });
  const [run = ''] = await eventually('the end of the restore', async () => {
    const { runs } = JSON.parse((await cli('runs', '--json')).out);
    return runs[0].kind === 'restore' && runs[0].finished !== undefined ? [runs[0].id as string] : undefined;
  });
  expect((await cli('runs', run)).out).toContain('failed with: interrupted by SIGHUP [DK_INTERRUPTED]');

  const kill = (): boolean => child.kill('SIGHUP');
  grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'before', run: kill }, skip: 1, times: 1 });
  expect(await cli(...restore)).toMatchObject({ exit: 0 });
  expect(live()).toEqual(all);
});

it('brings back the annotations of dashboards that a killed restore deleted', async () => {
  const kinds = ['--kinds', 'folder,dashboard,annotation'];
  await cli('backup', ...kinds);
  for (const uid of ['extra-1', 'extra-2']) {
    await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid, title: uid } });
    const annotation = { dashboardUID: uid, time: Date.now(), text: `Deployed ${uid}` };
    await call(grafana, 'admin:admin', 'POST /api/annotations', annotation);
  }
  const texts = async (): Promise<string[]> => {
    const { body } = await call(grafana, 'admin:admin', 'GET /api/annotations?limit=100');
    return body.map(({ text }: { text: string }) => text).sort();
  };
  const before = await texts();
  const kill = (): boolean => child.kill('SIGKILL');
  grafana.setFaults({ match: /^DELETE .*dashboard/, action: { kind: 'before', run: kill }, skip: 1, times: 1 });
  await cli('restore', 'latest', ...kinds, '--delete-extra', '--apply', '--confirm', 'Main Org.');
  grafana.setFaults();
  expect(await texts()).not.toEqual(before);
  // Grafana hides what a deleted dashboard had, and removes it later.
  const { annotations, dashboards } = grafana.state.org(1);
  for (const [id, { dashboardUid }] of annotations) {
    if (dashboardUid !== '' && !dashboards.has(dashboardUid)) {
      annotations.delete(id);
    }
  }
  const run = (await cli('runs')).out.match(/^(\S+) +restore +interrupted/m)?.[1] ?? '';

  expect(await cli('restore', '--undo', run, '--apply')).toMatchObject({ exit: 0 });
  expect(await texts()).toEqual(before);
});

const KILLED = [
  ['SIGKILL', 7, 'finish'],
  ['SIGINT', 3, 'undo'],
  ['SIGKILL', 0, 'undo'],
  ['SIGTERM', 9, 'finish'],
] as const;

it.each(variants(KILLED))(
  '%s at dashboard %i is reported truly, and %s leads to the right state',
  async (signal, at, way) => {
    const all = live();
    await cli('backup', '--kinds', 'folder,dashboard');
    all.slice(0, 10).forEach((uid) => grafana.state.org(1).dashboards.delete(uid));
    const kill = (): boolean => child.kill(signal);
    grafana.setFaults({ match: /^POST .*dashboard/, action: { kind: 'before', run: kill }, skip: at, times: 1 });
    const restore = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply'];
    const killed = await cli(...restore);
    expect(killed.exit).toBe(signal === 'SIGKILL' ? null : 130);
    grafana.setFaults();
    // Of a process that was killed, the next one reports it.
    const said = signal === 'SIGKILL' ? (await cli('runs')).said : killed.said;
    expect(said).toMatch(/^To finish it: dashkeep restore \S+ --kinds folder,dashboard --apply$/m);
    const [, run = '', written, unchecked] =
      /Restore (\S+) did not finish: (\d+) of \d+ resources .* checked, (\d+) more/.exec(said) ?? [];
    const arrived = live().length - (all.length - 10);
    expect(Number(written)).toBeLessThanOrEqual(arrived);
    expect(Number(written) + Number(unchecked)).toBeGreaterThanOrEqual(arrived);
    expect((await cli('runs', run)).out).toContain(`restore ${run} is interrupted`);

    const next = way === 'undo' ? ['restore', '--undo', run, '--confirm', 'Main Org.', '--apply'] : restore;
    const confirmed =
      way === 'undo' && arrived === 0 ? next.filter((one) => !['--confirm', 'Main Org.'].includes(one)) : next;
    expect(await cli(...confirmed)).toMatchObject({ exit: 0 });
    expect(live()).toEqual(way === 'undo' ? all.slice(10) : all);
  },
);
