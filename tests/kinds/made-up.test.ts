import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { objectAt } from '../../pkg/lib/json/json.ts';
import type * as Kinds from '../../pkg/contract/kinds.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type * as Registry from '../../pkg/grafana/kinds/registry.ts';
import type { Kind } from '../../pkg/grafana/kinds/kind.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { RestoreBench } from '../restore/harness.ts';

/*
 * A kind that no Grafana has, made of what a kind declares and nothing else: no other file of the program knows it. It
 * is in folders, rings as soon as it is there, has a secret, and Grafana deletes nothing of it.
 */
const NAME = 'door-bell' as KindName;

const { bells, doorBell } = vi.hoisted(() => {
  const bells = new Map<string, Content>();
  const doorBell: Kind = {
    name: 'door-bell' as KindName,
    declaration: {
      plural: 'Door bells',
      scope: 'org',
      restored: 'yes',
      identity: 'kept',
      lost: [],
      minimumVersion: '10.4',
      rights: [],
    },
    dependsOn: ['folder'],
    writes: 'serial',
    inFolders: true,
    deletable: true,
    hasSecrets: true,
    serves: async () => ({ served: true }),
    async *list() {
      for (const [uid, { title, folderUid }] of bells) {
        yield { uid, title, folderUid };
      }
    },
    read: async (_context, { uid }) => bells.get(uid),
    references: ({ folderUid = '' }) => [{ kind: 'folder', uid: folderUid, required: true }],
    rename: (content, renamed) => ({
      ...content,
      folderUid: renamed({ kind: 'folder', uid: content.folderUid ?? '' }),
    }),
    copy: (content) => content,
    isActive: ({ body }) => (body as { rings?: boolean }).rings === true,
    pause: (content) => ({ ...content, body: { ...(content.body as object), rings: false } }),
    retitle: (content, title) => ({ ...content, title, body: { ...(content.body as object), title } }),
    async write(_context, { uid, content }) {
      bells.set(uid, content);
      return { uid, losses: [] };
    },
    async remove(_context, uid) {
      bells.delete(uid);
    },
  };
  return { bells, doorBell };
});

vi.mock('../../pkg/contract/kinds.ts', async (original) => {
  const real = await original<typeof Kinds>();
  const names = [...real.KIND_NAMES, 'door-bell'];
  return { ...real, KIND_NAMES: names, isKindName: (name: string) => names.includes(name) };
});

vi.mock('../../pkg/grafana/kinds/registry.ts', async (original) => {
  const real = await original<typeof Registry>();
  return {
    ...real,
    KINDS: [...real.KINDS, doorBell],
    KINDS_IN_FOLDERS: new Set([...real.KINDS_IN_FOLDERS, doorBell.name]),
    kindOf: (name: KindName) => (name === doorBell.name ? doorBell : real.kindOf(name)),
  };
});

let bench: RestoreBench;

beforeEach(async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/folders', { uid: 'hall', title: 'Hall' });
  bells.clear();
  bells.set('front', { title: 'Front', folderUid: 'hall', body: { title: 'Front', rings: true } });
});
afterEach(() => bench.close());

it('is backed up, and comes back with the folder that it is in', async () => {
  const manifest = await bench.backup();
  expect(manifest.status).toBe('complete');
  expect(manifest.kinds[NAME]).toMatchObject({ listed: 1, stored: 1, failed: 0 });
  bells.clear();
  await bench.api('DELETE /api/folders/hall');

  const { results } = await bench.apply({ selection: { folders: [{ uid: 'hall' }] } });

  expect(results.find(({ kind }) => kind === NAME)).toMatchObject({ uid: 'front', outcome: 'verified' });
  expect(bells.get('front')).toMatchObject({ title: 'Front', folderUid: 'hall', body: { rings: true } });
});

it('is copied with its folder, paused and under another title, and the plan says so', async () => {
  await bench.backup();
  const wanted = { selection: { folders: [{ uid: 'hall' }] }, options: { copy: { suffix: ' (old)' } } };

  const item = (await bench.plan(wanted)).items.find(({ kind }) => kind === NAME);
  await bench.apply(wanted);

  expect(JSON.stringify(item?.losses)).toMatch(/paused/);
  const copy = [...bells].find(([uid]) => uid !== 'front')?.[1];
  expect(copy).toMatchObject({ title: 'Front (old)', body: { title: 'Front (old)', rings: false } });
  expect(copy?.folderUid).not.toBe('hall');
  expect(objectAt(bells.get('front')?.body)).toMatchObject({ rings: true });
});

it('is deleted where that is asked for, and its folder stays while it holds one that is not', async () => {
  const before = await bench.backup();
  await bench.api('POST /api/folders', { uid: 'yard', title: 'Yard' });
  bells.set('gate', { title: 'Gate', folderUid: 'yard', body: { title: 'Gate' } });
  const kept = { selection: { kinds: ['folder' as const] }, options: { deleteExtra: true }, manifest: before };
  const plan = await bench.plan(kept);
  expect(plan.items.find(({ uid }) => uid === 'yard')).toMatchObject({ action: 'blocked' });

  const wanted = { selection: { kinds: ['folder' as const, NAME] }, options: { deleteExtra: true }, manifest: before };
  expect((await bench.plan(wanted)).items.filter(({ action }) => action === 'delete')).toMatchObject([
    { kind: NAME, uid: 'gate' },
    { kind: 'folder', uid: 'yard' },
  ]);
});
