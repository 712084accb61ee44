import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { RULE } from '../../pkg/contract/kinds.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Plan } from '../../pkg/engine/restore/types.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { named, reasons, typedFor, type RestoreBench, type Wanted } from './harness.ts';
import { rule, seededBenches } from './seed.ts';

interface Group {
  interval: number;
  rules: { uid: string; title: string; for: string }[];
}

const GROUP = 'alert-rule-group/infra/trio';
const PATH = '/api/v1/provisioning/folder/infra/rule-groups/trio';

let bench: RestoreBench;
afterEach(() => bench.close());

const one = (uid: string): Wanted => ({ selection: { only: [{ kind: RULE, uid, org: 1 }] } });
const over = (uid: string, manifest: Manifest): Wanted => ({ ...one(uid), manifest, options: { overwrite: true } });
const made = (uid: string, changes: object = {}) => ({ ...rule(uid, `Rule ${uid}`, 'prom', 'board'), ...changes });

async function put(interval: number, rules: object[], where = bench): Promise<void> {
  await where.api(`PUT ${PATH}`, { title: 'trio', folderUid: 'infra', interval, rules });
}

const RULES = [made('a', { for: '1m' }), made('b', { for: '2m' }), made('c', { for: '3m' })];
const open = seededBenches((first) => put(60, RULES, first));

async function group(): Promise<Group> {
  return (await bench.api(`GET ${PATH}`)).body as Group;
}

const shape = ({ interval, rules }: Group) => [interval, ...rules.map(({ uid, for: pending }) => `${uid} ${pending}`)];

/** The plan that undoes a run, and what applies it. */
async function undoing(run: string): Promise<{ plan: Plan; apply: () => Promise<unknown> }> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const undo = await planUndo(asked, (await bench.repository.run(run))!);
  const apply = () =>
    restore({
      ...undo.request,
      ...{ plan: undo.plan, safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness('undo') },
      ...typedFor(undo.plan),
    });
  return { plan: undo.plan, apply };
}

describe.each(ENGINE_PROFILES)('single alert rules, Grafana %s', (profile) => {
  let good: Manifest;

  beforeEach(async () => {
    bench = await open(profile);
    good = await bench.repository.manifest('latest');
  });

  it('replace themselves in their live group, and nothing else of it', async () => {
    await put(120, [made('c', { for: '30m' }), made('b', { for: '20m' }), made('d', { for: '40m' })]);
    const { plan, results } = await bench.apply(over('b', good));
    expect(named(plan)).toEqual([GROUP]);
    expect(plan.items[0]).toMatchObject({
      action: 'update',
      rules: [{ uid: 'b', title: 'Rule b' }],
      losses: [],
      code: 'rules-only',
      reason: 'only 1 of its rules: Rule b; the others are kept as they are',
    });
    expect(results).toMatchObject([{ outcome: 'verified' }]);
    expect(shape(await group())).toEqual([120, 'c 30m', 'b 2m', 'd 40m']);
  });

  it('come back into their live group without overwriting, and undoing takes them out again', async () => {
    await put(120, [made('c', { for: '30m' }), made('b', { for: '20m' })]);
    const { plan, run } = await bench.applyRecorded({ ...one('a'), manifest: good }, true);
    expect(named(plan, 'update')).toEqual([GROUP]);
    expect(shape(await group())).toEqual([120, 'c 30m', 'b 20m', 'a 1m']);

    const undo = await undoing(run);
    expect(named(undo.plan, 'update')).toEqual([GROUP]);
    await undo.apply();
    expect(shape(await group())).toEqual([120, 'c 30m', 'b 20m']);
  });

  it('are left alone by undoing where somebody has added another one since', async () => {
    await put(120, [made('c', { for: '30m' })]);
    const { run } = await bench.applyRecorded({ ...one('a'), manifest: good }, true);
    await put(120, [made('c', { for: '30m' }), made('a', { for: '1m' }), made('d', { for: '40m' })]);
    const { plan } = await undoing(run);
    expect(reasons(plan, 'skip')[GROUP]).toContain('since');
    expect(named(plan, 'update')).toEqual([]);
  });

  it('are left alone by undoing where somebody adds another one after its plan', async () => {
    await put(120, [made('c', { for: '30m' })]);
    const { run } = await bench.applyRecorded({ ...one('a'), manifest: good }, true);
    const undo = await undoing(run);
    await put(120, [made('c', { for: '30m' }), made('a', { for: '1m' }), made('d', { for: '40m' })]);
    await undo.apply();
    expect(shape(await group())).toEqual([120, 'c 30m', 'a 1m', 'd 40m']);
  });

  it('make their group when that is gone, with themselves alone', async () => {
    for (const uid of ['a', 'b', 'c']) {
      await bench.api(`DELETE /api/v1/provisioning/alert-rules/${uid}`);
    }
    const { plan } = await bench.apply({ ...one('b'), manifest: good });
    expect(reasons(plan, 'create')).toEqual({ [GROUP]: 'missing; recreated with 1 of its rules: Rule b' });
    expect(shape(await group())).toEqual([60, 'b 2m']);
  });

  it('stay as they are live without overwriting', async () => {
    await put(60, [made('a', { for: '10m' }), made('b', { for: '2m' })]);
    expect(named(await bench.plan({ ...one('a'), manifest: good }), 'skip')).toEqual([GROUP]);
    expect(named(await bench.plan({ ...one('b'), manifest: good }), 'unchanged')).toEqual([GROUP]);
  });

  it('come whole with a group that is named, too', async () => {
    await put(120, [made('c', { for: '30m' })]);
    const only = [...one('b').selection!.only!, { kind: 'alert-rule-group', uid: 'infra/trio' } as const];
    const { plan } = await bench.apply({ selection: { only }, manifest: good, options: { overwrite: true } });
    expect(plan.items[0]).not.toHaveProperty('rules');
    expect(shape(await group())).toEqual([60, 'a 1m', 'b 2m', 'c 3m']);
  });

  it('are refused where they are live in another group, or a file manages theirs', async () => {
    await put(60, [made('a', { for: '10m' })]);
    await bench.api('PUT /api/v1/provisioning/folder/infra/rule-groups/other', {
      ...{ title: 'other', folderUid: 'infra', interval: 60, rules: [made('b')] },
    });
    expect(reasons(await bench.plan(over('b', good)), 'blocked')[GROUP]).toContain('infra/other');
    bench.sim.state.org(1).alerting.rules.get('a')!.provenance = 'file';
    expect(reasons(await bench.plan(over('a', good)), 'skip')[GROUP]).toContain('managed by file');
    const managed = { ...over('a', good), options: { overwrite: true, includeManaged: true } };
    expect(reasons(await bench.plan(managed), 'blocked')[GROUP]).toContain('file');
  });

  it('that no group of the snapshot holds are an error', async () => {
    await expect(bench.plan(one('nobody'))).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  });
});
