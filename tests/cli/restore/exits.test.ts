import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { DirectoryState } from '../../../pkg/lib/state.ts';
import { newTimedId } from '../../../pkg/repository/layout.ts';
import { openRepository } from '../../../pkg/repository/open.ts';
import { openRestore } from '../../../pkg/repository/sessions/restores.ts';
import { openStore } from '../../../pkg/storage/open.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { call } from '../../simulator/http.ts';
import { runCli, runMain, type Ended } from '../../support/cli.ts';
import { keepDirectory, memoryDirectory, type KeptDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** What a restore says that ends with an error, and what other commands say of it afterwards. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let kept: KeptDirectory;
let restoreGrafana: () => void;
let shown: string;
let token: string;
let firstToken: string;

const PORTS = { clock: realClock, random: realRandomness, log: silentLog };
const target = (): string => `file://${directory.path}/repository`;

const cli = (...args: string[]): Promise<Ended> => aborted(undefined, ...args);

const aborted = (signal: AbortSignal | undefined, ...args: string[]): Promise<Ended> => {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  const ports = { stderr, ...(signal && { signal }) };
  return runCli([...args, ...where], { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: token }, ports);
};

/** The same before each test: a Grafana without the dashboards that were backed up. */
beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  firstToken = token = grafana.token();
  grafana.seedDashboards({ count: 12, folders: 2 });
  directory = await memoryDirectory();
  await cli('backup', '--kinds', 'folder,dashboard');
  for (const uid of grafana.state.org(1).dashboards.keys()) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  restoreGrafana = grafana.keep();
  kept = await keepDirectory(directory);
});
beforeEach(async () => {
  shown = '';
  token = firstToken;
  restoreGrafana();
  await kept.restore();
});
afterAll(async () => {
  await Promise.all([grafana.close(), directory.remove(), kept.remove()]);
});

/** A restore whose token is revoked when some dashboards were written. */
async function revoked(...args: string[]): Promise<unknown> {
  grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 4 });
  return cli('restore', 'latest', '--kinds', 'folder,dashboard', '--apply', ...args).catch((error: unknown) => error);
}

it('says how far it came, and how to finish and undo it', async () => {
  expect(await revoked()).toMatchObject({ code: 'DK_GRAFANA_UNAUTHORIZED' });
  const run = /Restore (\S+) did not finish: \d+ of 13 resources and permissions written and checked/.exec(shown)?.[1];
  expect(run).toBeDefined();
  const snapshot = /The previous state is in snapshot (\S+)\./.exec(shown)?.[1];
  const finish = /To finish it: (.+)/.exec(shown)?.[1] ?? '';
  const undo = /To undo it: (.+)/.exec(shown)?.[1] ?? '';
  expect(finish).toMatch(/^dashkeep restore \d{8}T\d{6}Z-[0-9a-f]{8} .*--kinds folder,dashboard.* --apply$/);
  // Options are not remembered: without these, the command would ask another repository.
  const places = `--target ${target()} --state-dir ${directory.path}/state`;
  expect(undo).toBe(`dashkeep restore --undo ${run} ${places} --apply`);
  expect(shown).toContain('Both ask for confirmation if necessary; without a terminal, use --confirm.');

  grafana.setFaults();
  token = grafana.token();
  const { runs } = (await cli('runs', '--json')).json as { runs: Record<string, unknown>[] };
  expect(runs[0]).toMatchObject({ id: run, kind: 'restore', status: 'failed', snapshot, planned: 13 });
  expect((await cli('runs', run ?? '')).out).toContain(`To finish it: ${finish}\nTo undo it: ${undo}`);
  shown = '';
  await cli('runs');
  expect(shown).toContain(`To finish it: ${finish}\nTo undo it: ${undo}`);

  const again = await cli(...finish.split(' ').slice(1), '--json');
  expect(again).toMatchObject({
    exit: 0,
    json: { finish: expect.stringContaining('--apply'), undo: expect.any(String) },
  });
});

it('undoes a restore although the environment selects kinds for backups', async () => {
  await revoked();
  const [, run = ''] = /Restore (\S+) did not finish/.exec(shown) ?? [];
  grafana.setFaults();
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() },
    DASHKEEP_TARGET: target(),
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_KINDS: 'folder,dashboard',
  };
  const undo = (...more: string[]): Promise<Ended> =>
    runCli(['restore', '--undo', run, '--json', ...more], environment);
  await expect(undo('--kinds', 'dashboard')).rejects.toThrow('--undo cannot be combined with');
  const { exit, json: plan } = await undo();
  expect(exit).toBe(0);
  expect((await cli('runs', run)).out).toContain('To finish it:');
  const { json } = await undo('--apply', '--confirm', plan.confirm);
  expect((await cli('runs', run, '--json')).json.continuedBy).toBe(json.run);
  const { out } = await cli('runs', run);
  expect(out).toContain(`undone by: ${json.run}`);
  expect(out).not.toMatch(/To (finish|undo) it:/);
});

it('advises to finish or undo a restore that a person interrupted, and not to start it again', async () => {
  const controller = new AbortController();
  grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'hang' }, skip: 4 });
  const stopped = runMain(
    ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--target', target()],
    {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: token,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
    },
    { signal: controller.signal },
  );
  await vi.waitUntil(() => grafana.state.org(1).dashboards.size >= 4, { timeout: 20_000 });
  controller.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  const { exit, error } = await stopped;
  expect(exit).toBe(130);
  expect(error).toContain('To undo it: ');
  expect(error).toMatch(
    /interrupted by SIGINT \[DK_INTERRUPTED\]\nFinish it or undo it with one of the commands above\.\n$/,
  );
});

it('says that nothing was written when a person interrupts the plan', async () => {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  grafana.setFaults({ match: /^GET .*(search|folders)/, action: { kind: 'before', run: stop }, times: 1 });
  const { exit, error } = await runMain(
    ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--target', target()],
    { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: token, DASHKEEP_STATE_DIR: `${directory.path}/state` },
    { signal: controller.signal },
  );
  expect(exit).toBe(130);
  expect(error).toBe(
    'dashkeep: interrupted by SIGINT [DK_INTERRUPTED]\nNothing was written to Grafana. Run the command again.\n',
  );
});

it('says of an undo that was interrupted how far it came, when the same undo is run again', async () => {
  const { run, confirm } = (await cli('restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--json')).json;
  const undo = ['restore', '--undo', run as string];
  const typed = ['--apply', '--confirm', (confirm ?? 'Main Org.') as string];
  const controller = new AbortController();
  const stop = (): void => controller.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  grafana.setFaults({ match: /^DELETE .*dashboards/, action: { kind: 'after', run: stop }, skip: 3, times: 1 });
  await expect(aborted(controller.signal, ...undo, ...typed)).rejects.toThrow();
  grafana.setFaults();
  const [, killed = ''] = /Undo (\S+) did not finish/.exec(shown) ?? [];
  shown = '';
  await cli(...undo);
  expect(shown).toContain(`Undo ${killed} did not finish`);
  shown = '';
  expect((await cli('runs')).out).toContain(killed);
  expect(shown).toContain(`Undo ${killed} did not finish`);
  expect((await cli('runs', run as string)).out.match(/did not finish|To \w+ it:/g)).toHaveLength(3);
  shown = '';
  await cli('restore', '--undo', killed);
  expect(shown).not.toContain('did not finish');
});

it('names each unfinished restore until the same command finished it, whatever else was restored since', async () => {
  await revoked();
  const [, first = ''] = /Restore (\S+) did not finish/.exec(shown) ?? [];
  const [, finish = ''] = /To finish it: dashkeep (.+)/.exec(shown) ?? [];
  grafana.setFaults();
  token = grafana.token();
  const unfinished = async (): Promise<string[]> => {
    shown = '';
    await cli('runs');
    return [...shown.matchAll(/Restore (\S+) did not finish/g)].map(([, id = '']) => id);
  };
  const [folder] = grafana.state.org(1).folders.keys();
  expect((await cli('restore', 'latest', '--only', `folder/${folder}`, '--overwrite', '--apply')).exit).toBe(0);
  expect(await unfinished()).toEqual([first]);
  expect((await cli(...finish.split(' '))).exit).toBe(0);
  expect(await unfinished()).toEqual([]);
});

it('says it as JSON too, with the name of each resource', async () => {
  grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 4 });
  const { exit, json } = await runMain(
    ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--json', '--state-dir', `${directory.path}/state`],
    { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: token, DASHKEEP_TARGET: target() },
  );
  expect(exit).toBe(1);
  expect(json).toMatchObject({
    planned: 13,
    run: expect.any(String),
    safetySnapshot: expect.any(String),
    finish: expect.stringContaining('dashkeep restore '),
    undo: expect.stringContaining('--undo'),
    error: { code: 'DK_GRAFANA_UNAUTHORIZED' },
  });
  const { out } = await cli('runs', json.run);
  expect(out).toMatch(/^possibly created dashboard /m);
  const named = json.touched.map(({ uid }: { uid: string }) => uid);
  expect(named).toEqual(expect.arrayContaining([...grafana.state.org(1).dashboards.keys()]));
  expect(named).toHaveLength(json.written + json.unchecked);
});

it('says of a run that no one knows where the runs are', async () => {
  const hint = 'Check the ID. `dashkeep runs` lists the runs.';
  await expect(cli('restore', '--undo', 'nonsense')).rejects.toMatchObject({ code: 'DK_NOT_FOUND', hint });
  await expect(cli('runs', 'nonsense')).rejects.toMatchObject({ code: 'DK_NOT_FOUND', hint });
});

it('refuses a second restore into the same Grafana, and says who restores', async () => {
  grafana.clearRequests();
  const { store, ...ports } = { store: await openStore(target(), PORTS), ...PORTS };
  const state = new DirectoryState(`${directory.path}/state`);
  const repository = await openRepository({ store, ...ports, randomness: realRandomness, state, create: false });
  const session = await openRestore(
    repository.sessions,
    { id: newTimedId(new Date(), realRandomness), grafana: [] },
    {},
  );
  const second = await cli('restore', 'latest', '--kinds', 'folder,dashboard', '--apply').catch(
    (error: unknown) => error,
  );
  expect(second).toMatchObject({
    code: 'DK_BUSY',
    exit: 5,
    message: expect.stringMatching(/another restore \(\S+\) is in progress on \S+ \(process \d+\) since /),
    hint: expect.stringMatching(/retry in \d+ s/),
  });
  expect(grafana.writes()).toEqual([]);
  // A plan made now would be out of date once the other one has ended.
  expect(grafana.requests.filter(({ path }) => path.includes('/search'))).toEqual([]);
  await session.end();
  expect((await cli('restore', 'latest', '--kinds', 'folder,dashboard', '--apply')).exit).toBe(0);
});

it('undoes an interrupted restore only in part where something may be half written, and names that', async () => {
  const user = grafana.state.addUser({ login: 'eva', email: 'eva@example.org' });
  grafana.state.org(1).members.set(user.id, 'Viewer');
  for (const name of ['alpha', 'beta']) {
    const { body } = await call(grafana, 'admin:admin', 'POST /api/teams', { name, email: '' });
    const { teamId } = body as { teamId: number };
    await call(grafana, 'admin:admin', `POST /api/teams/${teamId}/members`, { userId: user.id });
  }
  const snapshot = (await cli('backup', '--kinds', 'team', '--json')).json.snapshot as string;
  grafana.state.org(1).teams.clear();
  grafana.setFaults({ match: /^POST .*members/, action: { kind: 'status', status: 401 }, skip: 2 });
  await cli('restore', snapshot, '--kinds', 'team', '--apply').catch(() => undefined);
  const run = /Restore (\S+) did not finish/.exec(shown)?.[1] ?? '';
  grafana.setFaults();
  token = grafana.token();
  // Somebody goes on with what was half written.
  [...grafana.state.org(1).teams.values()].find(({ name }) => name === 'beta')!.email = 'eva@example.org';

  const undone = await cli('restore', '--undo', run, '--apply', '--confirm', 'Main Org.');
  expect(undone.exit).toBe(3);
  expect(undone.out).toMatch(/^blocked +team +beta .*only part of it/m);
  expect([...grafana.state.org(1).teams.values()].map(({ name }) => name)).toEqual(['beta']);
  // There is nothing left to do, and beta is still not undone.
  expect((await cli('restore', '--undo', run, '--apply')).exit).toBe(3);
  const { runs } = (await cli('runs', '--json')).json as { runs: Record<string, unknown>[] };
  const undos = runs.filter(({ undoes }) => undoes === run);
  expect(undos.map(({ status, problems }) => [status, problems])).toEqual([
    ['partial', 1],
    ['partial', 1],
  ]);
});

it('says that an account stays a server admin, and prints no command that would change nothing', async () => {
  const account = { login: 'cleo', email: 'cleo@example.org', name: 'Cleo', password: 'secret' };
  const { id } = (await call(grafana, 'admin:admin', 'POST /api/admin/users', account)).body;
  const where = ['--target', `${target()}-users`, '--state-dir', `${directory.path}/state`];
  const admin = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  await runCli(['backup', '--kinds', 'user', ...where], admin);
  await call(grafana, 'admin:admin', `PUT /api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
  const { exit, out } = await runCli(
    ['restore', 'latest', '--kinds', 'user', '--overwrite', '--apply', ...where],
    admin,
  );
  expect(exit).toBe(3);
  expect(out).toContain('note: user cleo: stays a server admin');
  expect(out).not.toContain('To retry the rest');
});
