import { afterEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { variants } from '../../support/budget.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { reasons, RestoreBench } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

interface Case {
  profile: ProfileName;
  /** The requests that write it. */
  writes: RegExp;
  /** Creates what the restore brings back. */
  create: () => Promise<unknown>;
  /** Changes it to what the restore overwrites. */
  change: () => Promise<unknown>;
}

const integration = (uid: string, address: string) => ({
  ...{ uid, name: 'ops', type: 'email', settings: { addresses: `${address}@example.com` } },
});
const POINTS = '/api/v1/provisioning/contact-points';
const panel = (name: string, folderUid: string) => ({ name, folderUid, kind: 1, model: { type: 'text', title: name } });

async function people(...logins: string[]): Promise<void> {
  for (const login of logins) {
    const user = bench.sim.state.addUser({ login, email: `${login}@example.org` });
    bench.sim.state.org(1).members.set(user.id, 'Viewer');
  }
}
const idOf = (login: string): number => [...bench.sim.state.users.values()].find((one) => one.login === login)!.id;
const members = (admins: string[], others: string[]) => ({
  admins: admins.map((login) => `${login}@example.org`),
  members: others.map((login) => `${login}@example.org`),
});

const CASES: Partial<Record<KindName, Case>> = {
  'contact-point': {
    profile: '12.4',
    writes: /^(POST|PUT|DELETE) .*\/contact-points/,
    async create() {
      for (const uid of ['a', 'b', 'c', 'd']) {
        await bench.api(`POST ${POINTS}`, integration(uid, uid));
      }
    },
    async change() {
      for (const uid of ['a', 'b']) {
        await bench.api(`PUT ${POINTS}/${uid}`, integration(uid, `new-${uid}`));
        await bench.api(`DELETE ${POINTS}/${uid === 'a' ? 'c' : 'd'}`);
      }
    },
  },
  team: {
    profile: '12.4',
    writes: /^(POST|PUT|DELETE) \/api\/teams/,
    async create() {
      await people('ada', 'eva', 'ida', 'max');
      await bench.api('POST /api/teams', { name: 'ops', email: 'ops@example.org' });
      await bench.api('PUT /api/teams/1/members', members(['ada', 'eva'], ['max']));
    },
    async change() {
      await bench.api('PUT /api/teams/1/members', members(['max'], ['ida']));
      await bench.api('PUT /api/teams/1', { name: 'ops', email: 'new@example.org' });
    },
  },
  user: {
    profile: '12.4',
    writes: /^(POST|PUT|PATCH|DELETE) \/api\/(users|orgs|admin)\//,
    async create() {
      await people('eva');
      for (const name of ['Sales', 'Stock', 'Shop']) {
        await bench.api('POST /api/orgs', { name });
      }
      for (const org of [2, 3]) {
        await bench.api(`POST /api/orgs/${org}/users`, { loginOrEmail: 'eva', role: 'Viewer' });
      }
    },
    async change() {
      await bench.api(`PATCH /api/orgs/1/users/${idOf('eva')}`, { role: 'Editor' });
      await bench.api(`PATCH /api/orgs/2/users/${idOf('eva')}`, { role: 'None' });
      await bench.api(`DELETE /api/orgs/3/users/${idOf('eva')}`);
      await bench.api('POST /api/orgs/4/users', { loginOrEmail: 'eva', role: 'Viewer' });
      await bench.api(`PUT /api/users/${idOf('eva')}`, { login: 'eva', email: 'eva@example.com', name: 'Eva' });
    },
  },
  folder: {
    profile: '11.6',
    writes: /^(POST|PUT) \/api\/folders/,
    async create() {
      await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
      await bench.api('POST /api/folders', { uid: 'old', title: 'Old', parentUid: 'shop' });
    },
    async change() {
      await bench.api('POST /api/folders/old/move', { parentUid: '' });
      await bench.api('PUT /api/folders/old', { title: 'New', overwrite: true });
    },
  },
  'library-panel': {
    profile: '12.4',
    writes: /^(POST|PATCH|DELETE) \/api\/library-elements/,
    async create() {
      await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
      await bench.api('POST /api/library-elements', { uid: 'own', ...panel('Old', '') });
    },
    async change() {
      await bench.api('PATCH /api/library-elements/own', { ...panel('New', 'shop'), version: 1 });
    },
  },
};

interface Scene {
  manifest: Manifest;
  /** What the restore overwrites. */
  before: string[];
  /** What it brings back. */
  after: string[];
}

const held = ({ resources }: Manifest, name: KindName): string[] =>
  resources.flatMap(({ kind, uid, object, folderUid }) => (kind === name ? `${uid} ${object} ${folderUid ?? ''}` : []));

async function changed(kind: KindName, { profile, create, change }: Case): Promise<Scene> {
  bench = await RestoreBench.start({ profile });
  await create();
  const manifest = await bench.backup();
  await change();
  return { manifest, before: held(await bench.backup(), kind), after: held(manifest, kind) };
}

const asked = (kind: KindName, manifest: Manifest) => ({
  ...{ manifest, selection: { kinds: [kind] }, options: { overwrite: true } },
});

const newest = async (): Promise<string> => (await bench.repository.runs({ limit: 1 }))[0]!.id;

/** A restore that is stopped after some writes. @returns the run, unless it came to its end */
async function stoppedRestore(kind: KindName, { writes }: Case, { manifest }: Scene, skip: number) {
  const end = skip % 2 === 0 ? 'killed' : 'stopped';
  const done = await stoppedAt(bench, { match: writes, skip, end }, (signal) =>
    bench.applyRecorded({ ...asked(kind, manifest), signal }, true),
  ).then(
    () => true,
    () => false,
  );
  return done ? undefined : newest();
}

describe.each(variants(Object.entries(CASES) as [KindName, Case][]))(
  'a restore stopped while it updated a %s',
  (kind, one) => {
    it('after each request can be undone and finished, as can its undo', async () => {
      let halves = 0;
      for (let skip = 0; ; skip++) {
        const scene = await changed(kind, one);
        const { manifest, before, after } = scene;
        const run = await stoppedRestore(kind, one, scene, skip);
        if (run === undefined) {
          break;
        }
        const at = `after ${skip + 1} requests`;
        const left = held(await bench.backup(), kind);
        halves += left.join() === before.join() || left.join() === after.join() ? 0 : 1;
        expect(await undo(bench, run), at).toMatchObject({ status: 'complete', errors: [] });
        expect(held(await bench.backup(), kind), at).toEqual(before);
        await stoppedRestore(kind, one, scene, skip);
        const { overwrite: _, ...options } = asked(kind, manifest).options;
        await bench.apply({ ...asked(kind, manifest), options });
        expect(held(await bench.backup(), kind), at).toEqual(after);
        await bench.close();
      }
      expect(halves).toBeGreaterThan(0);
    });

    it('completely, whose undo is stopped after each request, can be undone by the next undo', async () => {
      for (let skip = 0; ; skip++) {
        const { manifest, before } = await changed(kind, one);
        const { run } = await bench.applyRecorded(asked(kind, manifest), true);
        const end = skip % 2 === 0 ? 'killed' : 'stopped';
        await stoppedAt(bench, { match: one.writes, skip, end }, (signal) => undo(bench, run, signal));
        const isHalf = held(await bench.backup(), kind).join() !== before.join();
        expect(await undo(bench, run).catch(() => undefined)).toMatchObject({ status: 'complete', errors: [] });
        expect(held(await bench.backup(), kind), `after ${skip + 1} requests`).toEqual(before);
        if (!isHalf) {
          break;
        }
        await bench.close();
      }
    });
  },
);

it('a library panel that an undo had deleted to move it is created by the next one', async () => {
  const one = CASES['library-panel']!;
  const { manifest, after } = await changed('library-panel', one);
  const { run } = await bench.applyRecorded(asked('library-panel', manifest), true);
  const { id } = await undo(bench, run);
  await stoppedAt(bench, { match: /^DELETE .*library-elements/, end: 'killed' }, (signal) => undo(bench, id, signal));
  expect(held(await bench.backup(), 'library-panel')).toEqual([]);
  expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
  expect(held(await bench.backup(), 'library-panel')).toEqual(after);
});

describe('a half updated contact point', () => {
  it('is completed by the third undo if the second was killed before it wrote anything', async () => {
    const one = CASES['contact-point']!;
    const { manifest, before } = await changed('contact-point', one);
    const { run } = await bench.applyRecorded(asked('contact-point', manifest), true);
    for (const moment of ['after', 'before'] as const) {
      await stoppedAt(bench, { match: one.writes, end: 'killed', moment }, (signal) => undo(bench, run, signal));
    }
    expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
    expect(held(await bench.backup(), 'contact-point')).toEqual(before);
  });

  it('is left as someone changed it', async () => {
    const scene = await changed('contact-point', CASES['contact-point']!);
    const run = (await stoppedRestore('contact-point', CASES['contact-point']!, scene, 0))!;
    await bench.api(`PUT ${POINTS}/b`, integration('b', 'eva'));
    const { manifest } = scene;
    expect(reasons(await bench.plan({ manifest }), 'skip')['contact-point/ops']).toContain('exists and differs');
    expect(reasons((await planOfUndo(bench, run)).plan, 'blocked')['contact-point/ops']).toContain('only part of it');
  });
});

it('copies of folders that were not read back go with the undo', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/folders', { uid: 'outer', title: 'Outer', description: 'All' });
  await bench.api('POST /api/folders', { uid: 'inner', title: 'Inner', description: 'One', parentUid: 'outer' });
  const manifest = await bench.backup();
  const copied = { manifest, selection: { folders: [{ uid: 'outer' }] }, options: { copy: {} } };
  const stop = { match: /^POST .*\/folders(\?|$)/, skip: 1, end: 'stopped' } as const;
  await stoppedAt(bench, stop, (signal) => bench.applyRecorded({ ...copied, signal }, true)).catch(() => undefined);
  const { folders } = bench.sim.state.org(1);
  expect(folders.size).toBe(4);
  expect(await undo(bench, await newest())).toMatchObject({ status: 'complete', errors: [] });
  expect([...folders.keys()]).toEqual(['outer', 'inner']);
});
