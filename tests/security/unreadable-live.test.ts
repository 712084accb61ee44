import { expect, it } from 'vitest';
import { RawText, type Json } from '../../pkg/lib/json/json.ts';
import * as heavy from './support/heavy.ts';
import { currentLab as lab, labHooks } from './support/plan-attack.ts';

/*
 * An editor nests something that is in a snapshot so deep that nobody can read it, which must not end a restore of
 * others.
 */

const nested = (levels: number): Json => new RawText('['.repeat(levels) + ']'.repeat(levels));
/** Levels. */
const FLAT = 1;
const DEEP = 3000;

/** What becomes of the resources of a kind. */
function actions(plan: { kind: string; uid: string; action: string }[], wanted: string): Record<string, string> {
  return Object.fromEntries(plan.filter(({ kind }) => kind === wanted).map(({ uid, action }) => [uid, action]));
}

labHooks();

/** Three of a kind are backed up; then one of them is nested too deep, and there may be others. */
async function attacked(seed: heavy.Seed, ...others: number[]): Promise<void> {
  seed(lab().grafana, [FLAT, FLAT, FLAT], nested);
  expect((await lab().dashkeep(['backup'])).json.status).toBe('complete');
  seed(lab().grafana, [FLAT, DEEP, FLAT, ...others], nested);
}

const org = () => lab().grafana.state.org(1);

it('in the command line, also when what is not in the snapshot is deleted', async () => {
  await attacked(heavy.dashboards, DEEP);
  org().dashboards.delete('heavy-2');
  const args = ['restore', 'latest', '--kinds', 'dashboard', '--overwrite', '--delete-extra'];
  const { json } = await lab().dashkeep(args);
  expect(actions(json.plan, 'dashboard')).toEqual({
    'heavy-0': 'unchanged',
    'heavy-1': 'blocked',
    'heavy-2': 'create',
    'heavy-3': 'blocked',
  });
  await lab().dashkeep([...args, '--apply', '--confirm', String(json.confirm)]);
  expect(org().dashboards.has('heavy-2')).toBe(true);
});

it('in the pages, which compare with Grafana, restore everything and undo that', async () => {
  await attacked(heavy.dashboards);
  org().dashboards.delete('heavy-2');
  const service = await lab().service();
  const { json: snapshots } = await service.call('GET', '/snapshots');
  const snapshot = String(snapshots.items[0].id);
  const diff = await service.call('GET', `/diff?from=${snapshot}&to=live&kind=dashboard`);
  expect(diff.json.items, diff.text).toMatchObject([
    { uid: 'heavy-1', change: 'changed' },
    { uid: 'heavy-2', change: 'removed' },
  ]);
  const made = await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' } });
  expect(made.json, made.text).toMatchObject({ counts: { create: 2, blocked: 1 } });
  const applied = await service.call('POST', `/restores/${made.json.id}/apply`, { confirm: made.json.confirm });
  await service.ended(String(applied.json.id));
  expect(org().dashboards.has('heavy-2')).toBe(true);

  heavy.dashboards(lab().grafana, [FLAT, DEEP, DEEP], nested);
  const undo = await service.call('POST', `/runs/${applied.json.id}/undo`);
  expect(undo.json, undo.text).toMatchObject({ counts: { blocked: 1, delete: 0 } });
});

it('with a library panel whose name alone is too long to be read', async () => {
  await attacked(heavy.libraryPanels);
  org().libraryPanels.delete('panel-2');
  const panel = org().libraryPanels.get('panel-1');
  org().libraryPanels.set('panel-1', { ...panel!, name: '\u0001N'.repeat(10_000) });
  const { json } = await lab().dashkeep(['restore', 'latest']);
  expect(actions(json.plan, 'library-panel')).toEqual({
    'panel-0': 'unchanged',
    'panel-1': 'blocked',
    'panel-2': 'create',
  });
  const { json: found } = await lab().dashkeep(['diff', 'latest', 'live', '--detail']);
  expect(found).toMatchObject({ changed: [{ uid: 'panel-1' }], removed: [{ uid: 'panel-2' }] });
});

it('with a list that Grafana does not divide: its kind is named, and all else is compared', async () => {
  await attacked(heavy.contactPoints);
  const { json } = await lab().dashkeep(['diff', 'latest', 'live']);
  expect(json.errors).toMatchObject([{ kind: 'contact-point', uid: '', code: 'too-deep' }]);
});

it('with such a list, of which many are to be restored: all of its kind are blocked, and nothing else', async () => {
  const many = Array.from({ length: 40 }, () => FLAT);
  heavy.contactPoints(lab().grafana, many, nested);
  heavy.playlists(lab().grafana, [FLAT], nested);
  expect((await lab().dashkeep(['backup'])).json.status).toBe('complete');
  org().alerting.contactPoints.length = 0;
  org().playlists.clear();
  heavy.contactPoints(lab().grafana, [...many, DEEP], nested);
  const { json } = await lab().dashkeep(['restore', 'latest', '--overwrite']);
  expect(new Set(Object.values(actions(json.plan, 'contact-point')))).toEqual(new Set(['blocked']));
  expect(Object.values(actions(json.plan, 'playlist'))).toEqual(['create']);
});
