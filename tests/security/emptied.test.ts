import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory, type TemporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { budget } from '../support/budget.ts';

/*
 * Grafana loses what it holds, or a backup sees less of it. What counts as the latest must say so: a person who
 * restores it, or an alert that watches it, must not take the little that is left for all there was.
 */

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

/** Twenty, and one that Grafana brings. */
const DASHBOARDS = 21;

let grafana: Simulator;
let directory: TemporaryDirectory;
/** What the first backup left: each test starts with a copy. */
let first: TemporaryDirectory;
let second: number;
let full: string;

function dashkeep(args: string[], credentials: Record<string, string> = ADMIN): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const from = ['forget', 'snapshots'].includes(args[0] ?? '') ? [] : ['--grafana-url', grafana.url];
  return runCli([...args, ...where, ...from, '--json'], credentials);
}

const backUp = (...args: string[]): Promise<Ended> => dashkeep(['backup', ...args]);

async function api(route: string, body?: unknown, org = 1): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

/** Deletes the first dashboards of an organization. */
async function deleteDashboards(count: number, org = 1): Promise<void> {
  const uids = [...grafana.state.org(org).dashboards.keys()];
  for (const uid of uids.slice(0, count)) {
    await api(`DELETE /api/dashboards/uid/${uid}`, undefined, org);
  }
}

/** The same Grafana before each test, new but for its address. */
async function fill(): Promise<void> {
  grafana.burn();
  grafana.seedDashboards({ count: 20, folders: 4 });
  second = Number((await api('POST /api/orgs', { name: 'Second' }))['orgId']);
  for (const uid of ['a', 'b', 'c']) {
    await api('POST /api/folders', { uid, title: uid }, second);
  }
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  first = await memoryDirectory();
  await fill();
  const { exit, json } = await backUp();
  expect(exit).toBe(0);
  full = json.snapshot;
  await cp(directory.path, first.path, { recursive: true });
});

beforeEach(async () => {
  await fill();
  await rm(directory.path, { recursive: true });
  await cp(first.path, directory.path, { recursive: true });
});

afterAll(async () => {
  await grafana.close();
  await directory.remove();
  await first.remove();
});

describe('a backup of a Grafana that lost much', () => {
  const lost: [string, () => Promise<void>][] = [
    ['is half empty', () => deleteDashboards(11)],
    ['lacks an organization', async () => void (await api(`DELETE /api/orgs/${second}`))],
    ['is empty', async () => grafana.burn()],
    ['lacks all of one kind', () => deleteDashboards(DASHBOARDS)],
  ];

  it.each(lost.slice(0, budget(2, 4)))('says so when it %s, each time, until a person accepts it', async (_, lose) => {
    await lose();
    for (let time = 0; time < 2; time++) {
      const { exit, json } = await backUp();
      expect(exit).toBe(3);
      expect(json).toMatchObject({ status: 'complete', shrunk: { since: full }, lastFull: full });
    }
    const { json: list } = await dashkeep(['snapshots']);
    const [newest] = list.snapshots as { id: string; shrunk?: object }[];
    expect(newest?.shrunk).toMatchObject({ since: full });

    const accepted = await backUp('--accept-loss', newest?.id ?? '');
    expect(accepted).toMatchObject({ exit: 0, json: { accepted: newest?.id } });
    expect(accepted.json.shrunk).toBeUndefined();
    expect((await backUp()).exit).toBe(0);
  });

  it.each(['junk', undefined].slice(0, budget(1, 2)))(
    'says it also when the last good one was destroyed (%s), and keeps those before',
    async (junk) => {
      const { json: good } = await backUp();
      grafana.burn();
      expect((await backUp()).json.shrunk).toMatchObject({ since: good.snapshot });
      const repository = join(directory.path, 'repository');
      for (const name of await readdir(repository, { recursive: true })) {
        if (name.includes(good.snapshot) && !name.startsWith('runs') && name.includes('.')) {
          await (junk === undefined ? rm(join(repository, name)) : writeFile(join(repository, name), junk));
        }
      }
      for (let time = 0; time < 2; time++) {
        expect(await backUp()).toMatchObject({ exit: 3, json: { shrunk: {}, lastFull: full } });
      }
      const { json } = await dashkeep(['forget', '--keep-last', '1']);
      expect(json.forgotten.map(({ id }: { id: string }) => id)).not.toContain(full);
    },
  );

  it('says it also where only a smaller backup is left to compare with', async () => {
    const old = new Set(grafana.state.org(1).dashboards.keys());
    grafana.seedDashboards({ count: 60, folders: 4 });
    const { json: good } = await backUp();
    for (const uid of [...grafana.state.org(1).dashboards.keys()].filter((one) => !old.has(one))) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }
    expect((await backUp()).json.shrunk).toMatchObject({ since: good.snapshot });
    const repository = join(directory.path, 'repository');
    for (const name of await readdir(repository, { recursive: true })) {
      if (name.includes(good.snapshot) && name.startsWith('snapshots')) {
        await rm(join(repository, name));
      }
    }
    expect(await backUp()).toMatchObject({ exit: 3, json: { shrunk: { since: good.snapshot } } });
  });

  it('accepts only what the person saw', async () => {
    await deleteDashboards(11);
    const { json } = await backUp();
    await deleteDashboards(DASHBOARDS);
    expect((await backUp('--accept-loss', json.snapshot)).json).toMatchObject({ shrunk: { since: json.snapshot } });
    await expect(backUp('--accept-loss', full)).rejects.toMatchObject({ code: 'DK_USAGE' });
  });

  it('is not what a restore of everything takes without a word', async () => {
    grafana.burn();
    const { json } = await backUp();
    const plan = (await dashkeep(['restore', 'latest', '--everything'])).json;
    expect(plan).toMatchObject({ snapshot: json.snapshot, shrunk: { since: full }, lastFull: full });
    expect(plan.warnings.join()).toContain(`the last full snapshot before ${json.snapshot} is ${full}`);
    await expect(dashkeep(['restore', 'latest', '--everything', '--apply'])).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
      message: expect.stringContaining(full),
    });
    expect(grafana.state.org(1).dashboards.size).toBe(0);
    const named = ['restore', full, '--everything', '--overwrite', '--apply'];
    expect((await dashkeep(named)).exit).toBe(0);
    expect(grafana.state.org(1).dashboards.size).toBe(DASHBOARDS);
    expect((await backUp()).exit).toBe(0);
  });

  it('never makes retention remove the last full one', async () => {
    grafana.burn();
    const small = [(await backUp()).json.snapshot, (await backUp()).json.snapshot];
    const { json } = await dashkeep(['forget', '--keep-last', '1']);
    const kept = (json.kept as { id: string }[]).map(({ id }) => id);
    expect(kept.sort()).toEqual([full, ...small].sort());
  });

  it('says nothing where little was deleted', async () => {
    await deleteDashboards(4);
    expect((await backUp()).exit).toBe(0);
  });
});

describe('a backup that sees less of Grafana', () => {
  it('says so with the token of one organization, the first time', async () => {
    const token = { GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }) };
    const { exit, json } = await dashkeep(['backup'], token);
    expect(exit).toBe(3);
    expect(json.shrunk.since).toBe(full);
    expect(json.shrunk.losses).toContainEqual(expect.objectContaining({ org: second, kind: 'folder', gone: 3 }));
    expect(json.shrunk.losses).not.toContainEqual(expect.objectContaining({ kind: 'folder-permissions' }));
    // Accepted once, a service and a server admin share the repository.
    expect((await dashkeep(['backup', '--accept-loss', json.snapshot], token)).exit).toBe(0);
    expect((await backUp()).exit).toBe(0);
    expect((await dashkeep(['backup'], token)).exit).toBe(0);
    await deleteDashboards(DASHBOARDS);
    expect((await dashkeep(['backup'], token)).exit).toBe(3);
  });

  it('says so with the token of another organization', async () => {
    const ownFull = await memoryDirectory();
    const where = ['--target', `file://${ownFull.path}/repository`, '--state-dir', `${ownFull.path}/state`];
    const by = (orgId: number): Promise<Ended> =>
      runCli(['backup', ...where, '--grafana-url', grafana.url, '--json'], {
        GRAFANA_API_TOKEN: grafana.token({ orgId }),
      });
    expect((await by(1)).exit).toBe(0);
    const { exit, json } = await by(second);
    expect(exit).toBe(3);
    expect(json.shrunk.losses).toContainEqual(expect.objectContaining({ org: 1, kind: 'dashboard', gone: DASHBOARDS }));
    await ownFull.remove();
  });

  it("is partial and smaller with an Editor's token, and a restore says so", async () => {
    const editor = { GRAFANA_API_TOKEN: grafana.token({ role: 'Editor' }) };
    const { exit, json } = await dashkeep(['backup'], editor);
    expect(exit).toBe(3);
    expect(json).toMatchObject({ status: 'partial', lastFull: full, coverage: { whole: false } });
    expect(json.coverage.text).toMatch(/not read because of errors/);
    const plan = (await dashkeep(['restore', 'latest', '--everything'])).json;
    expect(plan).toMatchObject({ status: 'partial', lastFull: full });
    expect(plan.warnings[0]).toContain('partial');
    await expect(dashkeep(['restore', 'latest', '--everything', '--apply'])).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
    });
  });

  it('is not what a restore of everything takes without a word where a person asked for less', async () => {
    const narrow = (await backUp('--kinds', 'folder')).json.snapshot;
    const narrower = (await backUp('--kinds', 'playlist', '--orgs', '1')).json.snapshot;
    grafana.burn();
    const everything = ['--everything', '--overwrite', '--apply'];
    const plan = (await dashkeep(['restore', 'latest', '--everything'])).json;
    expect(plan.warnings.join()).toContain(`than the earlier one ${full}`);
    await expect(dashkeep(['restore', 'latest', ...everything])).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
      message: expect.stringMatching(new RegExp(`${narrower}.*${full}.*dashboard`)),
    });
    expect(grafana.state.org(1).folders.size).toBe(0);
    // Its id says that the person wants that very snapshot.
    await dashkeep(['restore', narrow, ...everything]);
    expect(grafana.state.org(1).folders.size).toBe(4);
    // One that was asked for all again is what the latest one should be.
    expect((await dashkeep(['restore', full, ...everything])).exit).toBe(0);
    await backUp();
    expect((await dashkeep(['restore', 'latest', ...everything])).exit).toBe(0);
  });

  it('is the latest without a question where it was never asked for more', async () => {
    const own = await memoryDirectory();
    const where = ['--target', `file://${own.path}/repository`, '--state-dir', `${own.path}/state`];
    const at = (...args: string[]): Promise<Ended> =>
      runCli([...args, ...where, '--grafana-url', grafana.url, '--json'], ADMIN);
    for (let time = 0; time < 2; time++) {
      expect((await at('backup', '--kinds', 'org,user,folder')).exit).toBe(0);
    }
    expect((await at('restore', 'latest', '--everything', '--apply')).exit).toBe(0);
    expect((await at('backup', '--kinds', 'org,user,folder', '--orgs', '1')).exit).toBe(0);
    await expect(at('restore', 'latest', '--everything', '--apply')).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
      message: expect.stringContaining(`org ${second} (Second)`),
    });
    await own.remove();
  });

  it('names kinds and organizations that a person left out, and is no alarm', async () => {
    const kinds = await backUp('--kinds', 'folder,folder-permissions,org,user');
    expect(kinds).toMatchObject({ exit: 0, json: { coverage: { whole: true } } });
    expect(kinds.json.coverage.text).toContain('dashboard');
    const orgs = await backUp('--orgs', '1');
    expect(orgs).toMatchObject({ exit: 0, json: { coverage: { orgs: { read: 1, existing: 2 } } } });
    // Nor does what is left out hide from the next one what is gone.
    await deleteDashboards(DASHBOARDS);
    expect((await backUp()).json).toMatchObject({ shrunk: { since: full }, lastFull: full });
  });
});
