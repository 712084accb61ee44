import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/*
 * A script with an admin token overwrites or deletes many dashboards in a minute. The backup after it reports that,
 * whatever someone with access to the bucket writes there, and one plan puts back exactly those.
 */

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let good: string;
/** Settings of the alarm, unless its defaults are tried. */
let alarm: Record<string, string>;

const where = (): string[] => [
  ...['--target', `file://${directory.path}/repository`],
  ...['--state-dir', `${directory.path}/state`],
];

function dashkeep(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const from = ['forget', 'snapshots', 'release', 'show'].includes(args[0] ?? '') ? [] : ['--grafana-url', grafana.url];
  return runCli([...args, ...where(), ...from, ...(args[0] === 'release' ? [] : ['--json'])], {
    ...ADMIN,
    ...alarm,
    ...environment,
  });
}

async function api(route: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, {});
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

const uids = (): string[] => [...grafana.state.org(1).dashboards.keys()].sort();

async function overwrite(some: readonly string[]): Promise<void> {
  for (const uid of some) {
    const { dashboard, meta } = (await api(`GET /api/dashboards/uid/${uid}`)) as {
      dashboard: object;
      meta: { folderUid?: string };
    };
    const body = { dashboard: { ...dashboard, title: `overwritten ${uid}`, panels: [] }, overwrite: true };
    await api('POST /api/dashboards/db', { ...body, folderUid: meta.folderUid });
  }
}

async function start(count: number): Promise<void> {
  grafana.seedDashboards({ count, folders: 4 });
  const { exit, json } = await dashkeep(['backup']);
  expect(exit).toBe(0);
  good = json.snapshot;
}

async function holdOf(id: string): Promise<{ by?: string; note: string; until?: string } | null> {
  const { json } = await dashkeep(['snapshots']);
  return json.snapshots.find((one: { id: string }) => one.id === id).hold;
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  alarm = {};
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

describe('half of all dashboards that a script overwrote', () => {
  it('are reported within the run, and one plan puts back exactly those', async () => {
    await start(44);
    const hit = uids().slice(0, 22);
    await overwrite(hit);
    const { exit, json } = await dashkeep(['backup']);
    expect(exit).toBe(3);
    const all = uids().length;
    const overwritten = [{ org: 1, kind: 'dashboard', before: all, changed: 22 }];
    expect(json).toMatchObject({
      status: 'complete',
      shrunk: { since: good, losses: [], overwritten },
      lastFull: good,
    });
    const hold = await holdOf(good);
    expect(hold?.by).toBe('Dashkeep');
    expect(hold?.note).toMatch(/^before the changes that the backup of \d{4}-\d\d-\d\d \d\d:\d\d UTC reports$/);
    expect(Date.parse(hold?.until ?? '')).toBeGreaterThan(Date.now() + 89 * 86_400_000);

    await expect(dashkeep(['restore', good, '--lost-in', json.snapshot])).rejects.toMatchObject({
      code: 'DK_NOT_FOUND',
      hint: expect.stringContaining('--overwrite'),
    });
    const restore = ['restore', good, '--lost-in', json.snapshot, '--overwrite'];
    const { json: plan } = await dashkeep(restore);
    const planned = plan.plan as { kind: string; uid: string; action: string }[];
    expect(planned.filter(({ action }) => action !== 'unchanged').map(({ uid }) => uid)).toEqual(hit);
    const applied = await dashkeep([...restore, '--apply', '--confirm', plan.confirm ?? '']);
    expect(applied.exit).toBe(0);
    // What Dashkeep restored is no alarm, although the last snapshot differs from it.
    expect(await dashkeep(['backup'])).toMatchObject({ exit: 0 });
  }, 120_000);
});

describe('half of all dashboards that a script deleted', () => {
  it('come back with their annotations, without what somebody else edited meanwhile', async () => {
    grafana.seedDashboards({ count: 8, folders: 2 });
    const [edited = '', ...others] = uids();
    const hit = others.slice(0, 6);
    await api('POST /api/annotations', { dashboardUID: hit[0], time: 1_700_000_000_000, text: 'deployed' });
    good = (await dashkeep(['backup'])).json.snapshot;
    await overwrite([edited]);
    for (const uid of hit) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }
    const { exit, out } = await runCli(['backup', ...where(), '--grafana-url', grafana.url], ADMIN);
    expect(exit).toBe(3);
    const [, bad = ''] = new RegExp(`run dashkeep restore ${good} --lost-in (\\S+)\\. `).exec(out) ?? [];
    expect(out).not.toContain('--overwrite');

    const restore = ['restore', good, '--lost-in', bad];
    const written = ({ json }: Ended): string[] =>
      (json.plan as { kind: string; uid: string; action: string }[])
        .filter(({ kind, action }) => kind === 'dashboard' && action !== 'unchanged')
        .map(({ uid }) => uid);
    expect(written(await dashkeep([...restore, '--overwrite']))).toEqual([edited, ...hit]);
    const applied = await dashkeep([...restore, '--apply']);
    expect(applied.exit).toBe(0);
    expect(written(applied)).toEqual(hit);
    expect(applied.json.plan).toContainEqual(expect.objectContaining({ kind: 'annotation', action: 'create' }));
    const { dashboard } = (await api(`GET /api/dashboards/uid/${edited}`)) as { dashboard: { title: string } };
    expect(dashboard.title).toBe(`overwritten ${edited}`);
  }, 120_000);
});

describe('permission lists that a script emptied', () => {
  const lists = (permission: string): Promise<unknown> =>
    Promise.all(
      uids()
        .slice(0, 6)
        .map((uid) =>
          api(`POST /api/access-control/dashboards/${uid}`, { permissions: [{ builtInRole: 'Viewer', permission }] }),
        ),
    );

  it('are reported, however many dashboards have none, and one plan puts them back', async () => {
    await start(40);
    await lists('View');
    const readAll = ['backup', '--full-read-every', '1'];
    const { json: before } = await dashkeep(readAll);
    await lists('');
    const { exit, json } = await dashkeep(readAll);
    expect(json).toMatchObject({
      shrunk: {
        since: before.snapshot,
        losses: [],
        overwritten: [{ org: 1, kind: 'dashboard-permissions', before: 10, changed: 6 }],
      },
    });
    expect(exit).toBe(3);
    expect(await holdOf(before.snapshot)).toMatchObject({ by: 'Dashkeep' });
    const { json: plan } = await dashkeep(['restore', before.snapshot, '--lost-in', json.snapshot, '--overwrite']);
    const planned = plan.plan as { kind: string; uid: string; action: string }[];
    const updated = planned.filter(({ kind, action }) => kind === 'dashboard-permissions' && action === 'update');
    expect(updated.map(({ uid }) => uid)).toEqual(expect.arrayContaining(uids().slice(0, 6)));
  });
});

describe('a mass change', () => {
  const hit = (): string[] => uids().slice(0, 5);
  beforeEach(() => {
    alarm = { DASHKEEP_ALARM_CHANGED: '30%,5' };
  });

  it('pauses retention until a person accepts it', async () => {
    await start(8);
    const older = [good, (await dashkeep(['backup'])).json.snapshot, (await dashkeep(['backup'])).json.snapshot];
    await overwrite(hit());
    const { json } = await dashkeep(['backup']);
    expect((await dashkeep(['forget', '--keep-last', '1'])).json.forgotten).toEqual([]);
    expect((await dashkeep(['backup'])).json.shrunk).toMatchObject({ since: older[2] });
    const accepted = await dashkeep(['backup', '--accept-loss', json.snapshot]);
    expect(accepted).toMatchObject({ exit: 0, json: { accepted: json.snapshot } });
    const { forgotten } = (await dashkeep(['forget', '--keep-last', '1'])).json;
    expect(forgotten.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(older.slice(0, 2)));
    // What the alarm put on hold stays.
    expect(forgotten.map(({ id }: { id: string }) => id)).not.toContain(older[2]);
  });

  it('leaves a hold alone that a person released', async () => {
    await start(8);
    await overwrite(hit());
    await dashkeep(['backup']);
    await dashkeep(['release', good]);
    expect((await dashkeep(['backup'])).exit).toBe(3);
    expect(await holdOf(good)).toBeNull();
  });

  it('is one where a tenth is deleted, or as many as the settings say', async () => {
    await start(105);
    for (const uid of uids().slice(0, 10)) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }
    expect(await dashkeep(['backup'], { DASHKEEP_ALARM_GONE: '60%,10' })).toMatchObject({ exit: 0 });
    for (const uid of uids().slice(0, 10)) {
      await api(`DELETE /api/dashboards/uid/${uid}`);
    }
    const { exit, json } = await dashkeep(['backup']);
    expect(exit).toBe(3);
    expect(json.shrunk.losses).toContainEqual(expect.objectContaining({ org: 1, kind: 'dashboard', gone: 10 }));
  });

  it('is not what Dashkeep restored, or took away again', async () => {
    await start(8);
    await overwrite(hit());
    const { json: bad } = await dashkeep(['backup']);
    expect((await dashkeep(['backup', '--accept-loss', bad.snapshot])).exit).toBe(0);
    const restore = ['restore', good, '--kinds', 'dashboard', '--overwrite'];
    const { json: plan } = await dashkeep(restore);
    const applied = await dashkeep([...restore, '--apply', '--confirm', plan.confirm ?? '']);
    expect((await dashkeep(['backup'])).exit).toBe(0);
    const undo = ['restore', '--undo', applied.json.run];
    const { json: back } = await dashkeep(undo);
    await dashkeep([...undo, '--apply', '--confirm', back.confirm ?? '']);
    expect((await dashkeep(['backup'])).exit).toBe(0);
  });

  it('is what a script writes over what a restore wrote', async () => {
    await start(8);
    await overwrite(hit());
    const { json: bad } = await dashkeep(['backup']);
    await dashkeep(['backup', '--accept-loss', bad.snapshot]);
    const restore = ['restore', good, '--kinds', 'dashboard', '--overwrite'];
    const { json: plan } = await dashkeep(restore);
    await dashkeep([...restore, '--apply', '--confirm', plan.confirm ?? '']);
    for (const uid of hit()) {
      await api('POST /api/dashboards/db', { dashboard: { uid, title: `again ${uid}` }, overwrite: true });
    }
    expect((await dashkeep(['backup'])).exit).toBe(3);
  });

  it('is not hidden by a record of a restore that nobody signed', async () => {
    await start(8);
    await overwrite(hit());
    const restore = ['restore', good, '--kinds', 'dashboard', '--overwrite'];
    const { json: plan } = await dashkeep(restore);
    const { json: applied } = await dashkeep([...restore, '--apply', '--confirm', plan.confirm ?? '']);
    const { json: before } = await dashkeep(['backup']);
    await overwrite(hit());
    const { json: bad } = await dashkeep(['backup']);
    expect(bad.shrunk).toMatchObject({ since: before.snapshot });
    // The marks of what is there now, in the record of a restore that did happen.
    const runs = join(directory.path, 'repository', 'runs');
    const [name] = (await readdir(runs, { recursive: true })).filter((one) => one.includes(applied.run));
    const record = JSON.parse(await readFile(join(runs, name ?? ''), 'utf8'));
    const snapshots = join(directory.path, 'repository', 'snapshots');
    const [file] = (await readdir(snapshots, { recursive: true })).filter(
      (one) => one.includes(bad.snapshot) && one.endsWith('.gz'),
    );
    const { resources } = JSON.parse(gunzipSync(await readFile(join(snapshots, file ?? ''))).toString());
    for (const one of record.touched) {
      const { object, folderUid } = (resources as ManifestEntry[]).find(
        ({ uid, kind }) => uid === one.uid && kind === one.kind,
      )!;
      one.mark = `${object.slice(0, 32)}${folderUid === undefined ? '' : `@${folderUid}`}`;
    }
    record.finished = new Date(Date.now() + 60_000).toISOString();
    await writeFile(join(runs, name ?? ''), JSON.stringify(record));
    expect((await dashkeep(['backup'])).exit).toBe(3);
  });
});
