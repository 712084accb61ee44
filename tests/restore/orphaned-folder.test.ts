import { expect, it } from 'vitest';
import { start } from '../engine/harness.ts';

it('a restore of a folder whose parent is missing restores the parent, and what is in it', async () => {
  const { grafana, instance, backup, apply } = await start({ profile: '12.4', nestedFolders: true });
  const { client } = (await instance()).orgs[0]!;
  await client.post('/api/folders', { uid: 'parent', title: 'Parent' });
  await client.post('/api/folders', { uid: 'child', title: 'Child', parentUid: 'parent' });
  await client.post('/api/dashboards/db', { dashboard: { uid: 'inside', title: 'Inside' }, folderUid: 'child' });
  const panel = { uid: 'panel', name: 'Panel', kind: 1, folderUid: 'child', model: { title: 'Panel' } };
  await client.post('/api/library-elements', panel);
  const manifest = await backup();
  expect(manifest.status).toBe('complete');
  grafana.state.org(1).folders.delete('parent');
  const partial = await backup({ fullReadEvery: 1 });
  expect(partial.errors.map(({ kind, uid, code }) => `${kind} ${uid} ${code}`).sort()).toEqual([
    'dashboard-permissions inside permissions-missing',
    'folder-permissions child permissions-missing',
  ]);
  // A plan that looks at it alone, too.
  expect(partial.resources.map(({ uid }) => uid)).toContain('panel');
  const results = await apply(manifest, { overwrite: true });
  expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
  expect((await backup({ fullReadEvery: 1 })).status).toBe('complete');
});
