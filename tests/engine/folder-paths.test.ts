import { afterEach, describe, expect, it } from 'vitest';
import { placeAndName } from '../../pkg/engine/folder-paths.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { openBench, type Bench } from './harness.ts';

let bench: Bench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

describe.each(ENGINE_PROFILES)('what people know a resource by, Grafana %s', (profile) => {
  it('is for permissions the title of what they belong to, in a snapshot and in a comparison with live', async () => {
    bench = await openBench({ profile });
    bench.grafana.demoSeed();
    const manifest = await bench.backup();
    const owners = new Map(manifest.resources.map(({ kind, uid, title }) => [`${kind}/${uid}`, title]));
    const owned = manifest.resources.filter(({ kind }) => kind.endsWith('-permissions'));
    expect(owned.length).toBeGreaterThan(10);
    for (const { kind, uid, title } of owned) {
      expect(title, `${kind}/${uid}`).toBe(owners.get(`${kind.replace(/-permissions$/, '')}/${uid}`));
    }

    await change(bench.grafana.url, 'checkout');
    const { changed } = await bench.diffLive(manifest);
    const shown = new Map(changed.map((item) => [item.kind, item]));
    // Grafana 10.4 has no folders in folders.
    const folder = expect.stringMatching(/^(Shop \/ )?Checkout$/) as string;
    expect(shown.get('dashboard')).toMatchObject({ title: 'Checkout', folder });
    expect(shown.get('dashboard-permissions')).toMatchObject({ title: 'Checkout', folder });
  });
});

it('ends a path of folders where the chain breaks or runs in a circle', () => {
  const folder = (uid: string, folderUid?: string) => ({
    ...{ org: 1, kind: 'folder' as const, uid, title: uid.toUpperCase(), folder: '' },
    ...(folderUid === undefined ? {} : { folderUid }),
  });
  const entries = [folder('a', 'b'), folder('b', 'a'), folder('c', 'lost')];
  placeAndName(entries);
  expect(entries.map((entry) => entry.folder)).toEqual(['A / B', 'B / A', 'lost']);
});

/** A panel and the permissions of a dashboard, edited as a person would. */
async function change(url: string, uid: string): Promise<void> {
  const headers = { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' };
  const read = await fetch(`${url}/api/dashboards/uid/${uid}`, { headers });
  const { dashboard, meta } = (await read.json()) as { dashboard: object; meta: { folderUid: string } };
  const post = async (path: string, body: object) => {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status, path).toBe(200);
  };
  await post('/api/dashboards/db', {
    dashboard: { ...dashboard, description: 'edited' },
    folderUid: meta.folderUid,
    overwrite: true,
  });
  await post(`/api/dashboards/uid/${uid}/permissions`, { items: [{ role: 'Editor', permission: 4 }] });
}
