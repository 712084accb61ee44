import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let second: number;

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

async function snapshots(): Promise<{ id: string; trigger: string; changes: object }[]> {
  const { json } = await runCli(['snapshots', '--target', `file://${directory.path}/repository`, '--json'], {});
  return json.snapshots;
}

/** In a process the options are read from its environment; here they are given. */
function dashkeep(args: string[], credentials: Record<string, string> = ADMIN): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runCli([...args, ...where, '--grafana-url', grafana.url, '--json'], credentials);
}

async function api(route: string, body?: unknown, org = 1): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

interface Item {
  org: number;
  targetOrg?: number;
  kind: string;
  uid: string;
  action: string;
}

function itemsOf({ json }: Ended): string[] {
  return (json.plan as Item[]).map(({ org, kind, uid, action }) => `${action} ${org}/${kind}/${uid}`);
}

function orgsOf({ json }: Ended): number[] {
  return [...new Set((json.plan as Item[]).map(({ org }) => org))].sort((a, b) => a - b);
}

/** Two organizations with the same folder `twin`, and each with its own folder; all are gone after the backup. */
beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const made = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  second = Number(made.body.orgId);
  for (const org of [1, second]) {
    for (const uid of ['twin', `only-${org}`]) {
      await api('POST /api/folders', { uid, title: uid }, org);
      const dashboard = { uid: `in-${uid}`, title: uid, schemaVersion: 39, panels: [] };
      await api('POST /api/dashboards/db', { dashboard, folderUid: uid }, org);
    }
  }
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  for (const org of [1, second]) {
    for (const uid of ['twin', `only-${org}`]) {
      await api(`DELETE /api/folders/${uid}`, undefined, org);
    }
  }
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('diff says why it compares nothing of an organization that was recreated', async () => {
  // Another one, so that the recreated one gets another ID.
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Third' });
  await api(`DELETE /api/orgs/${second}`);
  const made = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const { json } = await dashkeep(['diff', 'latest', 'live']);
  const [{ reason, ...org }] = json.notCompared;
  expect(org).toEqual({ id: second, name: 'Second' });
  const [, words, command] = /^(.*); `dashkeep (.*)` shows the differences$/.exec(reason) ?? [];
  expect(words).toBe(`Grafana has an organization of this name with ID ${made.body.orgId}`);
  const plan = await dashkeep(command?.split(' ') ?? []);
  expect(itemsOf(plan)).toContain(`create ${second}/folder/twin`);
});

describe('the organizations of a restore', () => {
  it('are those that --orgs writes to, not those that --map-org reads', async () => {
    const contradiction = ['--orgs', '1', '--map-org', `1=${second}`];
    await expect(dashkeep(['restore', 'latest', ...contradiction])).rejects.toMatchObject({
      code: 'DK_USAGE',
      message: `--orgs selects no organization that --map-org 1=${second} writes to`,
      hint: expect.stringContaining(`use --orgs ${second}`),
    });
  });

  it('are those that --orgs names: nothing of another one is in the plan', async () => {
    const plan = await dashkeep(['restore', 'latest', '--folder', 'twin', '--orgs', '1']);
    expect(itemsOf(plan)).toContain('create 1/folder/twin');
    expect(orgsOf(plan)).toEqual([1]);
    const applied = await dashkeep(['restore', 'latest', '--kinds', 'folder,dashboard', '--orgs', '1', '--apply']);
    expect(applied.exit).toBe(0);
    expect(orgsOf(applied)).toEqual([1]);
    expect(grafana.state.org(second).folders.size).toBe(0);
  });

  it("are the token's own without --orgs", async () => {
    const token = { GRAFANA_API_TOKEN: grafana.token({ orgId: second }) };
    const applied = await dashkeep(['restore', 'latest', '--kinds', 'folder,dashboard', '--apply'], token);
    expect(applied.exit).toBe(0);
    expect(orgsOf(applied)).toEqual([second]);
    expect(grafana.state.org(1).folders.size).toBe(0);
  });

  it('do not hide what somebody names: it is blocked where only another one holds it', async () => {
    const folder = await dashkeep(['restore', 'latest', '--folder', `only-${second}`, '--orgs', '1', '--apply']);
    expect(itemsOf(folder)).toContain(`blocked ${second}/folder/only-${second}`);
    expect(folder.exit).toBe(3);
    const only = ['folder/twin', 'dashboard/in-twin', `dashboard/in-only-${second}`].flatMap((one) => ['--only', one]);
    const plan = await dashkeep(['restore', 'latest', ...only, '--orgs', '1']);
    const dashboards = itemsOf(plan).filter((item) => item.includes('/dashboard/'));
    expect(dashboards).toEqual(['create 1/dashboard/in-twin', `blocked ${second}/dashboard/in-only-${second}`]);
  });

  it('are the own one without --orgs: what only another one holds is blocked, also for a server admin', async () => {
    const applied = await dashkeep(['restore', 'latest', '--folder', `only-${second}`, '--apply']);
    expect(itemsOf(applied)).toContain(`blocked ${second}/folder/only-${second}`);
    const { reason } = (applied.json.plan as (Item & { reason: string })[]).find(({ org }) => org === second) ?? {};
    expect(reason).toBe(`organization ${second} is not part of this run; --orgs ${second} includes it`);
    expect(applied.exit).toBe(3);
    expect(grafana.state.org(second).folders.size).toBe(0);
  });

  it('are all of the snapshot with --orgs all, also those that Grafana no longer has', async () => {
    await api(`DELETE /api/orgs/${second}`);
    const plan = await dashkeep(['restore', 'latest', '--kinds', 'folder', '--orgs', 'all']);
    expect(itemsOf(plan)).toContain(`blocked ${second}/folder/twin`);
  });

  it('are an error when the snapshot covers none', async () => {
    grafana.setFaults({ match: 'GET /api/orgs*', action: { kind: 'status', status: 200, body: [] } });
    const { snapshot } = (await dashkeep(['backup', '--orgs', 'all'])).json;
    grafana.setFaults();
    await expect(dashkeep(['restore', 'latest'])).rejects.toMatchObject({
      code: 'DK_USAGE',
      message: `snapshot ${snapshot as string} covers no organization`,
      hint: expect.stringContaining('dashkeep snapshots'),
    });
  });

  it('are an error when the snapshot holds nothing of them, which names none to restore there instead', async () => {
    await api('POST /api/orgs', { name: 'Third' });
    const wanted = ['restore', 'latest', '--orgs', String(second + 1)];
    await expect(dashkeep(wanted)).rejects.toMatchObject({
      code: 'DK_USAGE',
      hint: expect.stringContaining('--map-org <ID in the snapshot>=<ID in Grafana>'),
    });
  });

  it('are an error after a recovery that gave one another ID, which says how to restore it', async () => {
    await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Third' });
    await api(`DELETE /api/orgs/${second}`);
    const made = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    const id = String(made.body.orgId);
    await expect(dashkeep(['restore', 'latest', '--orgs', String(second)])).rejects.toMatchObject({
      message: `Grafana has no organization ${second}, only 1, ${second + 1}, ${id}`,
    });
    const wanted = ['restore', 'latest', '--kinds', 'folder', '--orgs', id];
    await expect(dashkeep(wanted)).rejects.toMatchObject({
      hint: expect.stringContaining(`--map-org ${second}=${id}`),
    });
    const plan = await dashkeep([...wanted, '--map-org', `${second}=${id}`]);
    expect(itemsOf(plan)).toContain(`create ${second}/folder/twin`);
    expect(orgsOf(plan)).toEqual([second]);
  });

  it('are those that --map-org names, and what they held goes where it says', async () => {
    const plan = await dashkeep(['restore', 'latest', '--kinds', 'folder', '--map-org', `${second}=1`]);
    expect(orgsOf(plan)).toEqual([second]);
    expect(new Set((plan.json.plan as Item[]).map(({ targetOrg }) => targetOrg))).toEqual(new Set([1]));
  });

  it('are where copies come from; the one that they go into is reached besides', async () => {
    const copy = ['--folder', 'twin', '--as-copy', '--into-org', String(second)];
    const applied = await dashkeep(['restore', 'latest', ...copy, '--orgs', '1', '--apply']);
    expect(applied.exit).toBe(0);
    expect(orgsOf(applied)).toEqual([1]);
    expect(grafana.state.org(second).folders.size).toBe(1);
    expect(grafana.state.org(1).folders.size).toBe(0);
  });

  it('are not taken for added and removed by the snapshot before a copy into another one', async () => {
    const before = (await dashkeep(['backup', '--orgs', '1'])).json.snapshot as string;
    const first = (await snapshots()).at(-1)?.id ?? '';
    const copy = ['--folder', 'twin', '--as-copy', '--into-org', String(second)];
    await dashkeep(['restore', first, ...copy, '--orgs', '1', '--apply']);
    const [safety] = await snapshots();
    expect([safety?.trigger, before < (safety?.id ?? '')]).toEqual(['safety', true]);
    expect(safety?.changes).toMatchObject({ added: 0, changed: 0, removed: 0 });
  });

  it('stay with a saved plan', async () => {
    const file = `${directory.path}/plan.json`;
    await dashkeep(['restore', 'latest', '--kinds', 'folder', '--orgs', '1', '--save-plan', file]);
    const applied = await dashkeep(['restore', '--plan', file, '--orgs', '1', '--apply']);
    expect(applied.exit).toBe(0);
    expect(orgsOf(applied)).toEqual([1]);
  });
});
