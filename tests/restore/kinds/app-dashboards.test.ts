import { afterEach, describe, expect, it } from 'vitest';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { variants } from '../../support/budget.ts';
import { named, reasons, RestoreBench } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from '../undo/undoing.ts';

const APP = 'notes-app';
const WANTED = { selection: { kinds: ['plugin-settings'] as const }, options: { overwrite: true } };
const ONE = '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards/one';
let bench: RestoreBench;
afterEach(() => bench.close());

const set = (enabled: boolean) =>
  bench.api(`POST /api/plugins/${APP}/settings`, {
    enabled,
    pinned: enabled,
    jsonData: { url: 'https://notes.example' },
  });
const isEnabled = () => bench.sim.state.org(1).pluginSettings.get(APP)?.enabled;
const titles = () => [...bench.sim.state.org(1).dashboards.values()].map(({ title }) => title).sort();
const notes = () => [...bench.sim.state.org(1).annotations.values()].map(({ text }) => text);

async function edit(title: string): Promise<void> {
  if (bench.sim.state.profile.major < 12) {
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'one', title }, overwrite: true });
    return;
  }
  const { body } = await bench.api(`GET ${ONE}`);
  await bench.api(`PUT ${ONE}`, { ...body, spec: { ...body.spec, title } });
}

async function install(profile: '10.4' | '12.4'): Promise<void> {
  bench = await RestoreBench.start({ profile });
  bench.sim.state.plugins.set(APP, {
    ...{ id: APP, name: 'Notes', type: 'app', version: '1.0.0', autoEnabled: false },
    dashboards: [{ uid: 'one', title: 'One', panels: [] }],
  });
}

/** A snapshot with a disabled app, which is enabled then, and one of whose dashboards someone edits. */
async function edited(profile: '10.4' | '12.4' = '12.4'): Promise<void> {
  await install(profile);
  await set(false);
  await bench.backup();
  await set(true);
  await edit('Mine');
  await bench.api('POST /api/annotations', { dashboardUID: 'one', text: 'deployed', time: 1 });
}

describe.each(variants(['12.4', '10.4']))('a restore that disables an app, Grafana %s', (profile) => {
  it('names the dashboards that Grafana deletes, and asks for them', async () => {
    await edited(profile);
    const plan = await bench.plan(WANTED);
    expect(reasons(plan, 'delete')).toEqual({
      'dashboard/one': 'Grafana deletes it with the app “Notes”',
    });
    expect(plan.confirm).toBe('Main Org.');
    await expect(bench.apply(WANTED)).rejects.toThrow('this deletes 1 resource');
    expect([isEnabled(), titles()]).toEqual([true, ['Mine']]);
  });

  it('can be undone, with what people changed', async () => {
    await edited(profile);
    const { run, results } = await bench.applyRecorded(WANTED, true, 'Main Org.');
    expect(results.map(({ outcome }) => outcome)).toEqual(['deleted', 'verified']);
    expect([isEnabled(), titles()]).toEqual([false, []]);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect([isEnabled(), titles(), notes()]).toEqual([true, ['Mine'], ['deployed']]);
  });
});

describe('an undo that was killed when it had enabled the app', () => {
  async function killed(): Promise<string> {
    await edited();
    await bench.api('POST /api/dashboards/uid/one/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
    const { run } = await bench.applyRecorded(WANTED, true, 'Main Org.');
    await stoppedAt(bench, { match: /^POST .*\/settings$/, end: 'killed' }, (signal) => undo(bench, run, signal));
    expect([isEnabled(), titles()]).toEqual([true, ['One']]);
    return run;
  }

  it('can be finished: what people changed replaces what Grafana imported', async () => {
    const run = await killed();
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect([titles(), notes()]).toEqual([['Mine'], ['deployed']]);
    const { acl } = bench.sim.state.org(1).dashboards.get('one')!;
    expect(acl.map(({ role, permission }) => [role, permission])).toEqual([['Viewer', 2]]);
  });

  it('leaves a dashboard that someone has changed since', async () => {
    const run = await killed();
    await edit('Newer');
    await undo(bench, run);
    expect(titles()).toEqual(['Newer']);
  });
});

describe('an app whose dashboards someone changes after the plan', () => {
  it.each(variants(['edits one', 'adds one']))('is not disabled if someone %s', async (what) => {
    await edited();
    const request = await bench.request(WANTED);
    const plan = await planRestore(request);
    if (what === 'edits one') {
      await edit('Newer');
    } else {
      const metadata = {
        ...{ name: 'two' },
        annotations: { 'grafana.app/managedBy': 'plugin', 'grafana.app/managerId': APP },
      };
      await bench.api(`POST ${ONE.replace('/one', '')}`, { metadata, spec: { title: 'Newer' } });
    }
    const session = { safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness() };
    const { results } = await restore({ ...request, ...session, plan, confirm: plan.confirm! });
    expect(results.find(({ kind }) => kind === 'plugin-settings')).toMatchObject({
      ...{ outcome: 'failed', code: 'changed-since-plan' },
    });
    expect([isEnabled(), titles().includes('Newer')]).toEqual([true, true]);
  });
});

it('an undo that disables an app names the dashboards that are deleted', async () => {
  await edited();
  const enabled = await bench.backup();
  await set(false);
  const { run } = await bench.applyRecorded({ ...WANTED, manifest: enabled }, true);
  await edit('Theirs');
  const { plan } = await planOfUndo(bench, run);
  expect([named(plan, 'delete'), plan.confirm]).toEqual([['dashboard/one'], 'Main Org.']);
  await undo(bench, run);
  expect([isEnabled(), titles()]).toEqual([false, []]);
});

/** A snapshot with an enabled app, which is disabled then; someone creates a dashboard with the same UID. */
async function own(profile: '10.4' | '12.4' = '12.4'): Promise<void> {
  await install(profile);
  await set(true);
  await bench.backup();
  await set(false);
  await mine();
}

async function mine(): Promise<void> {
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'one', title: 'Mine' }, overwrite: true });
  await bench.api('POST /api/annotations', { dashboardUID: 'one', text: 'deployed', time: 1 });
  await bench.api('POST /api/dashboards/uid/one/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
}

function state(): unknown {
  const acl = bench.sim.state
    .org(1)
    .dashboards.get('one')
    ?.acl.map(({ role, permission }) => [role, permission]);
  return [isEnabled(), titles(), notes(), acl];
}

describe.each(variants(['12.4', '10.4']))('a restore that enables an app, Grafana %s', (profile) => {
  it('names the dashboards that Grafana replaces, and asks for them', async () => {
    await own(profile);
    const plan = await bench.plan(WANTED);
    expect(reasons(plan, 'delete')).toEqual({
      'dashboard/one': 'Grafana replaces it when the app “Notes” is enabled',
    });
    expect(plan.confirm).toBe('Main Org., 1 security change');
    await expect(bench.apply(WANTED)).rejects.toThrow('this deletes 1 resource');
    expect([isEnabled(), titles()]).toEqual([false, ['Mine']]);
  });

  it.each(['immediately', 'after someone changed what Grafana imported'])('can be undone, %s', async (when) => {
    await own(profile);
    const before = state();
    const { run } = await bench.applyRecorded(WANTED, true, 'Main Org., 1 security change');
    expect([isEnabled(), titles()]).toEqual([true, ['One']]);
    if (when !== 'immediately') {
      await edit('Theirs');
    }
    const { plan } = await planOfUndo(bench, run);
    expect([named(plan, 'delete'), plan.confirm]).toEqual([[], 'Main Org., 1 security change']);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(state()).toEqual(before);
  });
});

describe('an app that a restore enables', () => {
  it.each([
    ['with its permissions', ['plugin-settings', 'dashboard', 'dashboard-permissions', 'annotation'] as const],
    ['without its permissions', ['plugin-settings', 'dashboard'] as const],
  ])('does not replace a dashboard that is restored with it, %s', async (_, kinds) => {
    await install('12.4');
    await set(true);
    await mine();
    const manifest = await bench.backup();
    const before = state();
    await set(false);
    const wanted = { ...WANTED, selection: { kinds }, manifest };
    const { plan, run } = await bench.applyRecorded(wanted, true, 'Main Org., 1 security change');
    expect(named(plan, 'delete')).toEqual([]);
    expect(state()).toEqual(before);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(state()).toEqual([false, ...(before as unknown[]).slice(1)]);
  });

  describe('if the restore is killed', () => {
    const kinds = ['plugin-settings', 'dashboard'] as const;
    const write = /^PUT .*\/dashboards\/one$/;

    /** @returns the state that finishing it leads to */
    async function killed(match: RegExp): Promise<unknown> {
      await install('12.4');
      await set(true);
      await mine();
      const expected = state();
      const manifest = await bench.backup();
      await set(false);
      wanted = { ...WANTED, selection: { kinds }, manifest };
      await expect(
        stoppedAt(bench, { match, end: 'killed' }, async (signal) =>
          bench.applyRecorded({ ...wanted, signal }, true, 'Main Org., 1 security change'),
        ),
      ).rejects.toThrow();
      return expected;
    }
    let wanted: Parameters<RestoreBench['plan']>[0];

    it.each([
      ['had deleted the dashboard', /^DELETE .*dashboards/],
      ['had enabled the app', /^POST .*\/settings$/],
      ['had restored the dashboard', write],
    ])('when it %s, its finish brings back the permissions', async (_, match) => {
      const expected = await killed(match);
      expect(state()).not.toEqual(expected);
      await bench.applyRecorded(wanted, true);
      expect(state()).toEqual(expected);
      expect(named(await bench.plan(wanted), 'create', 'update', 'delete')).toEqual([]);
    });

    it('its finish leaves permissions that someone has changed since', async () => {
      const expected = (await killed(write)) as unknown[];
      await bench.api('POST /api/dashboards/uid/one/permissions', { items: [{ role: 'Editor', permission: 1 }] });
      await bench.applyRecorded(wanted, true);
      expect(state()).toEqual([...expected.slice(0, 3), [['Editor', 1]]]);
    });
  });

  it('replaces no dashboard that files provision', async () => {
    await own();
    bench.sim.state.org(1).dashboards.get('one')!.managedBy = { kind: 'classic-file-provisioning', id: 'files' };
    expect(named(await bench.plan(WANTED), 'delete')).toEqual([]);
    await bench.apply(WANTED);
    expect([isEnabled(), titles()]).toEqual([true, ['Mine']]);
  });

  it('stays disabled if someone creates such a dashboard after the plan', async () => {
    await install('12.4');
    await set(true);
    await bench.backup();
    await set(false);
    const request = await bench.request(WANTED);
    const plan = await planRestore(request);
    await mine();
    const session = { safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness() };
    await restore({ ...request, ...session, plan, confirm: plan.confirm! });
    expect([isEnabled(), titles()]).toEqual([false, ['Mine']]);
  });

  it('can be disabled again if the restore was killed when it had enabled it', async () => {
    await own();
    const before = state();
    const match = /^POST .*\/settings$/;
    await expect(
      stoppedAt(bench, { match, end: 'killed' }, async (signal) =>
        bench.applyRecorded({ ...WANTED, signal }, true, 'Main Org., 1 security change'),
      ),
    ).rejects.toThrow();
    expect([isEnabled(), titles()]).toEqual([true, ['One']]);
    const [last] = await bench.repository.runs({ limit: 1 });
    expect(await undo(bench, last!.id)).toMatchObject({ status: 'complete' });
    expect(state()).toEqual(before);
  });
});
